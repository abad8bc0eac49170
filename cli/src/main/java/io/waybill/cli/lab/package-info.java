/**
 * The lab of loss detection: loses messages on real brokers in the ways in which they are lost, and looks what the verification
 * says of each number.
 */
@NullMarked
package io.waybill.cli.lab;

import org.jspecify.annotations.NullMarked;
