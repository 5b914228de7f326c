/**
 * A venue of the caseload: one value of the planning variable {@code room}.
 *
 * @param id index of the venue in the caseload
 */
record Room(int id) {
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return id;
    }
}
