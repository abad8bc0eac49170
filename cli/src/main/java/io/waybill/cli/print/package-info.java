/** What the commands print with: tables, JSON, progress, and where the log goes. */
@NullMarked
package io.waybill.cli.print;

import org.jspecify.annotations.NullMarked;
