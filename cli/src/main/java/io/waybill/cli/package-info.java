/** The command line: {@link io.waybill.cli.Main}, and a class for each of its verbs. */
@NullMarked
package io.waybill.cli;

import org.jspecify.annotations.NullMarked;
