/**
 * Waybill over files in a folder: an example of an adapter, not a broker to use.
 *
 * <h2>Mapping</h2>
 *
 * {@code files:/some/folder} is a folder that exists; every process that names it is an instance. A topic is a folder, a
 * partition is a file that grows and an index of where its messages end, a group's positions are small files. One instance
 * owns a partition by the operating system's lock on a file; which instance shall own which, the core's coordinator says.
 *
 * <h2>Delivery</h2>
 *
 * At least once, in the order of each partition. A confirm means one copy, written to the disk before
 * ({@code flush=true}, the default) or left to the operating system ({@code flush=false}): then it outlives a crash of the
 * process, not of the machine. Positions are not flushed: after a crash of the machine messages may come again.
 *
 * <h2>Limits</h2>
 *
 * Local disks of POSIX systems, whose locks can be trusted and whose folders can be flushed. Nothing is ever removed from a
 * topic or control log. Who waits for messages looks every 5 ms. A group cannot start at a time. A process that is frozen
 * keeps its partitions until it goes on or ends.
 *
 * <h2>Unwrap</h2>
 *
 * From the connection: the folder, as a {@link java.nio.file.Path}.
 */
package com.example.files;
