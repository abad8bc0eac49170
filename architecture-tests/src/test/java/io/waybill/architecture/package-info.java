/** The arrows between the modules and the habits of the house, as tests; every rule is also shown to fail. */
@NullMarked
package io.waybill.architecture;

import org.jspecify.annotations.NullMarked;
