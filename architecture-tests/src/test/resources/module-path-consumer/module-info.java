module consumer {
    requires io.waybill;
    requires io.waybill.memory;
}
