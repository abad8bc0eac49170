package io.waybill.cli;

import io.waybill.cli.SuiteCase.Status;
import java.io.StringWriter;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** What the suite found on one broker in the form in which Surefire reports, for continuous integration. */
final class SuiteXml {
    private SuiteXml() {}

    static String of(SuiteReport report, SuiteResult broker) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeCharacters("\n");
            xml.writeStartElement("testsuite");
            xml.writeAttribute("name", "conformance." + clean(broker.name()));
            xml.writeAttribute("tests", Integer.toString(broker.cases().size()));
            xml.writeAttribute("failures", Long.toString(broker.count(Status.FAIL)));
            xml.writeAttribute("errors", "0");
            xml.writeAttribute(
                    "skipped", Long.toString(broker.count(Status.SKIPPED) + broker.count(Status.UNSUPPORTED)));
            xml.writeAttribute("time", seconds(broker.seconds()));
            xml.writeAttribute("timestamp", report.date().toString());
            for (SuiteCase test : broker.cases()) {
                write(xml, broker, test);
            }
            xml.writeCharacters("\n");
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("Cannot write XML", e);
        }
        return text + "\n";
    }

    private static void write(XMLStreamWriter xml, SuiteResult broker, SuiteCase test) throws XMLStreamException {
        xml.writeCharacters("\n  ");
        xml.writeStartElement("testcase");
        xml.writeAttribute("name", clean(test.name()));
        xml.writeAttribute("classname", clean(broker.name()) + "." + test.className());
        xml.writeAttribute("time", seconds(test.seconds()));
        switch (test.status()) {
            case PASS -> {}
            case FAIL -> {
                xml.writeStartElement("failure");
                xml.writeAttribute("message", clean(test.message()));
                xml.writeCharacters(clean(test.trace()));
                xml.writeEndElement();
            }
            case UNSUPPORTED, SKIPPED -> {
                xml.writeEmptyElement("skipped");
                xml.writeAttribute("message", clean(test.message()));
            }
        }
        if (!test.seed().isEmpty()) {
            xml.writeStartElement("system-out");
            xml.writeCharacters("seed " + clean(test.seed()));
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.3f", seconds);
    }

    /** Without the characters that XML cannot hold in any form. */
    private static String clean(String text) {
        return text.codePoints()
                .map(point -> allowed(point) ? point : '\uFFFD')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static boolean allowed(int point) {
        return point == '\t'
                || point == '\n'
                || point == '\r'
                || (point >= ' ' && point < 0xD800)
                || (point >= 0xE000 && point != 0xFFFE && point != 0xFFFF);
    }
}
