@org.jspecify.annotations.NullMarked
package io.waybill.cli.print;
