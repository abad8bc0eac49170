package io.waybill.testbrokers;

/**
 * A user of a broker and its password; {@code toString} leaves the password out.
 *
 * @param user the user's name
 * @param password its password in clear text
 */
public record Credentials(String user, String password) {
    /**
     * @throws IllegalArgumentException if the name is not made of letters, digits and {@code _}, or if the password is empty
     *     or holds anything but printable ASCII, or a space, quote, backslash, comma or bracket: the brokers' settings have no
     *     way to write those
     */
    public Credentials {
        if (!user.matches("[A-Za-z0-9_]+")) {
            throw new IllegalArgumentException("User name '" + user + "' is not made of letters, digits and _ only");
        }
        if (!password.matches("[!-~&&[^\"'\\\\,\\[\\]]]+")) {
            throw new IllegalArgumentException("The password of '" + user
                    + "' is empty or holds a character other than printable ASCII without space, quotes, \\ , [ and ]");
        }
    }

    @Override
    public String toString() {
        return "Credentials[user=" + user + ", password=***]";
    }
}
