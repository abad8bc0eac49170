module guarded {
    requires io.waybill;
    requires io.waybill.interceptors;
    requires io.waybill.memory;
    requires io.github.resilience4j.retry;
}
