package io.waybill.conformance;

import io.waybill.message.MessagingException;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;

/** As {@link EngineChanges}, for the ledger. */
@SuppressWarnings("UnusedVariable") // read by the method that they are copied into
final class LedgerChanges {
    private LedgerChanges() {}

    /** 2, 1, 4, 3 and so on: as when two threads take their numbers in one order and hand over in the other. */
    static final class NeighboursTurned {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 3, readOnly = false) long number) {
            number = ((number + 1) ^ 1) - 1;
        }
    }

    static final class NumberOfAnotherCounter {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 3, readOnly = false) long number) {
            number = System.nanoTime() & 0xffff_ffff_ffffL;
        }
    }

    static final class NumberGivenBack {
        @Advice.OnMethodExit
        static void exit(
                @Advice.Argument(2) MessagingException failure,
                @Advice.FieldValue(value = "assigned", readOnly = false) long assigned) {
            if (failure != null) {
                assigned--;
            }
        }
    }

    static final class AllAcknowledged {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 2, readOnly = false) MessagingException failure) {
            failure = null;
        }
    }

    static final class NobodyAsked {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 2, readOnly = false, typing = Assigner.Typing.DYNAMIC) Object told) {
            told = null;
        }
    }

    static final class AllOfIt {
        @Advice.OnMethodExit
        static void exit(
                @Advice.Argument(value = 0, typing = Assigner.Typing.DYNAMIC) Object missing,
                @Advice.Return(readOnly = false, typing = Assigner.Typing.DYNAMIC) Object acknowledged) {
            acknowledged = missing;
        }
    }

    static final class AtOnce {
        @Advice.OnMethodEnter
        static void enter(@Advice.Argument(value = 1, readOnly = false) long oldest) {
            oldest = System.nanoTime();
        }
    }
}
