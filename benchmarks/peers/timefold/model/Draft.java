import java.util.Arrays;

/** A move while it is put together on a board: what it changes, and how it was before. */
final class Draft {
    private final Board board;
    private final Meeting[] meetings;
    // Changes of the move, oldest first; a meeting may be moved more than once.
    private int[] changed = new int[64];
    private Slot[] slots = new Slot[64];
    private Room[] rooms = new Room[64];
    private int size;
    // Meetings of the moves proposed since `follow`: one of these moves may have been made.
    private int[] proposed = new int[64];
    private int proposals;

    Draft(Board board, Meeting[] meetings) {
        this.board = board;
        this.meetings = meetings;
    }

    void put(int m, Slot slot, Room room) {
        if (size == changed.length) {
            changed = Arrays.copyOf(changed, 2 * size);
            slots = Arrays.copyOf(slots, 2 * size);
            rooms = Arrays.copyOf(rooms, 2 * size);
        }
        changed[size] = m;
        slots[size] = board.slot(m);
        rooms[size++] = board.room(m);
        board.put(m, slot, room);
    }

    /** The move, and the board as it was before; {@code null} where it changes nothing. */
    Rebook take() {
        int n = 0;
        int[] moved = new int[size];
        for (int i = 0; i < size; i++) {
            int m = changed[i];
            // Its first change remembers where it was.
            if (!isAmong(changed, i, m) && (board.slot(m) != slots[i] || board.room(m) != rooms[i])) {
                moved[n++] = m;
            }
        }
        Rebook move = n == 0 ? null : new Rebook(new Meeting[n], new Slot[n], new Room[n]);
        for (int i = 0; i < n; i++) {
            move.set(i, meetings[moved[i]], board.slot(moved[i]), board.room(moved[i]));
            remember(moved[i]);
        }
        while (size > 0) {
            size--;
            board.put(changed[size], slots[size], rooms[size]);
        }
        return move;
    }

    private static boolean isAmong(int[] some, int n, int m) {
        for (int i = 0; i < n; i++) {
            if (some[i] == m) {
                return true;
            }
        }
        return false;
    }

    private void remember(int m) {
        if (proposals == proposed.length) {
            proposed = Arrays.copyOf(proposed, 2 * proposals);
        }
        proposed[proposals++] = m;
    }

    /** Put the meetings of proposed moves where they are by now. */
    void follow(LateSeries late) {
        for (int i = 0; i < proposals; i++) {
            Meeting meeting = meetings[proposed[i]];
            if (meeting.slot() != board.slot(meeting.id()) || meeting.room() != board.room(meeting.id())) {
                board.put(meeting.id(), meeting.slot(), meeting.room());
            }
        }
        for (int i = 0; i < proposals; i++) {
            late.look(meetings[proposed[i]].series());
        }
        proposals = 0;
    }
}
