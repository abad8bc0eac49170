package io.waybill.examples;

/** The names of one sale, so that several can be held on one broker at once. */
record Names(String prefix) {
    String orders() {
        return prefix + "-orders";
    }

    String deadOrders() {
        return prefix + "-dead-orders";
    }

    String group(Service service) {
        return prefix + "-" + service.label();
    }

    Service service(String group) {
        return Service.all().stream()
                .filter(service -> group(service).equals(group))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No service works as group '" + group + "'"));
    }

    String backOffice() {
        return prefix + "-back-office";
    }

    boolean owns(String topicOrGroup) {
        return topicOrGroup.startsWith(prefix + "-");
    }
}
