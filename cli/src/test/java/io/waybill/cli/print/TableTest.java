package io.waybill.cli.print;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void alignsTextsLeftAndNumbersRight() {
        Table table = new Table(1, List.of("broker", "acknow-\nledged", "lost"));
        table.row(List.of("memory", "10,000", "0"));
        table.row("rabbitmq", "NOT AVAILABLE: a text as long as it has to be");
        assertThat(table.toString().lines())
                .containsExactly(
                        "          acknow-",
                        "broker     ledged  lost",
                        "memory     10,000     0",
                        "rabbitmq  NOT AVAILABLE: a text as long as it has to be");
    }
}
