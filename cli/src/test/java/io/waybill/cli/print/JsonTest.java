package io.waybill.cli.print;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class JsonTest {
    @Test
    void writesWhatAParserReadsBack() {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("text \"quoted\" \\ \n\r\t\u0001", "\u00e4\u20ac\ud83d\ude00\u007f\u2028");
        value.put("numbers", List.of(1, -2L, 0.25, 1e9));
        value.put("flags", List.of(true, false));
        value.put("empty", List.of(List.of(), Map.of()));
        String json = Json.of(value);
        assertThat(json).matches("[ -~]+");
        assertThat(JsonMapper.shared().readTree(json).toString())
                .isEqualTo(JsonMapper.shared().valueToTree(value).toString());
    }

    @Test
    void refusesWhatJsonCannotSay() {
        assertThatThrownBy(() -> Json.of(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
