package io.waybill.rocketmq;

import org.apache.rocketmq.logging.ch.qos.logback.classic.ClassicConstants;
import org.apache.rocketmq.logging.ch.qos.logback.classic.Level;
import org.apache.rocketmq.logging.ch.qos.logback.classic.Logger;
import org.apache.rocketmq.logging.ch.qos.logback.classic.LoggerContext;
import org.apache.rocketmq.logging.ch.qos.logback.classic.spi.ILoggingEvent;
import org.apache.rocketmq.logging.ch.qos.logback.core.AppenderBase;
import org.apache.rocketmq.logging.org.slf4j.LoggerFactory;

/**
 * Where RocketMQ's client logs to. Left alone it writes files into the user's home and lines to the console; unless the
 * application has set that up in one of the client's own ways, its warnings go where Waybill's lines go, under
 * {@code org.apache.rocketmq.client}.
 */
final class ClientLogs {
    private static final String CONFIGURATION = "io/waybill/rocketmq/client-logs.xml";

    private ClientLogs() {}

    /** Before the first class of the client is used. */
    static synchronized void route() {
        if (isConfigured()) {
            return;
        }
        boolean ours = false;
        System.setProperty(ClassicConstants.CONFIG_FILE_PROPERTY, CONFIGURATION);
        try {
            if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
                Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
                ours = root.iteratorForAppenders().hasNext() == false;
                if (ours) {
                    root.setLevel(Level.WARN);
                    Forwarder forwarder = new Forwarder();
                    forwarder.setContext(context);
                    forwarder.start();
                    root.addAppender(forwarder);
                }
            }
        } finally {
            System.clearProperty(ClassicConstants.CONFIG_FILE_PROPERTY);
        }
    }

    private static boolean isConfigured() {
        ClassLoader loader = ClientLogs.class.getClassLoader();
        return System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY) != null
                || System.getProperty("rocketmq.log.root") != null
                || loader.getResource("rmq.logback-test.xml") != null
                || loader.getResource("rmq.logback.xml") != null;
    }

    private static final class Forwarder extends AppenderBase<ILoggingEvent> {
        private static final org.slf4j.Logger LOG = org.slf4j.LoggerFactory.getLogger("org.apache.rocketmq.client");

        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
                LOG.warn("{}: {}", event.getLoggerName(), event.getFormattedMessage());
            } else {
                LOG.info("{}: {}", event.getLoggerName(), event.getFormattedMessage());
            }
        }
    }
}
