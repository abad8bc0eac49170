/**
 * What Waybill keeps in databases, over JDBC: the books of loss detection, in
 * {@link io.waybill.stores.jdbc.JdbcVerifierState}.
 */
@NullMarked
package io.waybill.stores.jdbc;

import org.jspecify.annotations.NullMarked;
