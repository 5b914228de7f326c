import java.util.Arrays;

/**
 * What is booked, and what it costs: every series' chain by its days, every day by the meetings on it.
 *
 * <p>A change marks the chain and the days it touches; {@link #settle} works out those again and no others.
 */
final class Board {
    private static final int CACHED = 64;

    private final Instance in;
    private final int[] seriesOf;
    private final Slot[] slots;
    private final Room[] rooms;
    private final boolean[] opening;
    // The same as the tables have it: minutes, and rows of the blocks and venues or -1.
    private final int[] begins;
    private final int[] ends;
    private final int[] blocks;
    private final int[] venues;
    /** [series] meetings that are held, in order of their days. */
    private final int[][] chains;

    private final int[] held;
    /** [days] meetings of a day, in order of their times. */
    private final int[][] onDay;

    private final int[] count;
    private final DayCost dayCost;

    private final boolean[] staleSeries;
    private final boolean[] staleDay;
    private final int[] seriesQueue;
    private final int[] dayQueue;
    private int queuedSeries;
    private int queuedDays;

    private final long[] chainSoft;
    private final int[] chainHard;
    // Local search undoes most of what it tries: recent states of a day are remembered by what was on it.
    private final long[][] daySignature;
    private final int[][] dayHard;
    private final int[][] daySoft;
    private final int[] hardNow;
    private final int[] softNow;
    private long soft;
    private long hard;

    Board(Instance in, int[] seriesOf) {
        this.in = in;
        this.seriesOf = seriesOf;
        slots = new Slot[seriesOf.length];
        rooms = new Room[seriesOf.length];
        opening = new boolean[seriesOf.length];
        begins = new int[seriesOf.length];
        ends = new int[seriesOf.length];
        blocks = new int[seriesOf.length];
        venues = new int[seriesOf.length];
        chains = new int[in.series][];
        Arrays.setAll(chains, s -> new int[in.mostMeetings(s)]);
        held = new int[in.series];
        onDay = new int[in.days][8];
        count = new int[in.days];
        dayCost = new DayCost(in, seriesOf, slots, rooms, opening);
        staleSeries = new boolean[in.series];
        staleDay = new boolean[in.days];
        seriesQueue = new int[in.series];
        dayQueue = new int[in.days];
        chainSoft = new long[in.series];
        chainHard = new int[in.series];
        daySignature = new long[in.days][CACHED];
        dayHard = new int[in.days][CACHED];
        daySoft = new int[in.days][CACHED];
        hardNow = new int[in.days];
        softNow = new int[in.days];
        for (int s = 0; s < in.series; s++) {
            markSeries(s);
        }
    }

    /** Hold meeting {@code m} there; {@code null} is not at all. */
    void put(int m, Slot slot, Room room) {
        if (slots[m] == slot && rooms[m] == room) {
            return;
        }
        if (slots[m] != null) {
            takeOff(m);
        }
        if (slot != null && room != null) {
            slots[m] = slot;
            rooms[m] = room;
            putOn(m);
        }
    }

    /** Number of hard rules that are broken, after {@link #settle}. */
    long hard() {
        return hard;
    }

    /** Points, after {@link #settle}. */
    long soft() {
        return soft;
    }

    /** Day of the last meeting of a chain, or -1. */
    int lastDay(int s) {
        return held[s] == 0 ? -1 : slots[chains[s][held[s] - 1]].day();
    }

    int held(int s) {
        return held[s];
    }

    /** Minute at which a meeting that is held begins. */
    int begin(int m) {
        return begins[m];
    }

    int end(int m) {
        return ends[m];
    }

    /** Block of a meeting that is held, or -1 where it can't be on that day. */
    int block(int m) {
        return blocks[m];
    }

    /** Row of the venues table for a meeting that is held, or -1 where it can't be in that room. */
    int venue(int m) {
        return venues[m];
    }

    boolean isOpening(int m) {
        return opening[m];
    }

    /** [series] the numbers of its meetings, held or not. */
    int[][] meetingsBySeries() {
        int[][] found = new int[in.series][];
        int[] filled = new int[in.series];
        Arrays.setAll(found, s -> new int[in.mostMeetings(s)]);
        for (int m = 0; m < seriesOf.length; m++) {
            found[seriesOf[m]][filled[seriesOf[m]]++] = m;
        }
        return found;
    }

    int series(int m) {
        return seriesOf[m];
    }

    int meeting(int s, int i) {
        return chains[s][i];
    }

    Slot slot(int m) {
        return slots[m];
    }

    Room room(int m) {
        return rooms[m];
    }

    /** Who fills each place of the meetings of a day: see {@link DayCost#choices}. */
    int[][] choices(int d) {
        dayCost.work(onDay[d], count[d]);
        return dayCost.choices();
    }

    /** Meetings of a day in order of their times, in the first {@link #count} places. */
    int[] onDay(int d) {
        return onDay[d];
    }

    int count(int d) {
        return count[d];
    }

    void settle() {
        for (int i = 0; i < queuedSeries; i++) {
            int s = seriesQueue[i];
            staleSeries[s] = false;
            settleChain(s);
        }
        queuedSeries = 0;
        for (int i = 0; i < queuedDays; i++) {
            int d = dayQueue[i];
            staleDay[d] = false;
            settleDay(d);
        }
        queuedDays = 0;
    }

    private void settleChain(int s) {
        int n = held[s];
        int last = -1;
        long cost = 0;
        int broken = 0;
        for (int i = 0; i < n; i++) {
            int d = slots[chains[s][i]].day();
            int gap = in.nextCost(s, last, d);
            if (gap >= Instance.BIG) {
                broken++;
            } else {
                cost += gap;
            }
            last = d;
        }
        cost += in.lastCost(s, last);
        soft += cost - chainSoft[s];
        hard += broken - chainHard[s];
        chainSoft[s] = cost;
        chainHard[s] = broken;
    }

    private void settleDay(int d) {
        long signature = 0;
        for (int i = 0; i < count[d]; i++) {
            int m = onDay[d][i];
            long first = opening[m] && in.seriesSame[seriesOf[m]] == 0 ? 1 : 0;
            signature += mix((long) m << 40 | (long) slots[m].id() << 16 | (long) rooms[m].id() << 1 | first);
        }
        int now = (int) signature & CACHED - 1;
        if (daySignature[d][now] != signature) {
            dayCost.work(onDay[d], count[d]);
            daySignature[d][now] = signature;
            dayHard[d][now] = dayCost.hard();
            daySoft[d][now] = dayCost.soft();
        }
        hard += dayHard[d][now] - hardNow[d];
        soft += daySoft[d][now] - softNow[d];
        hardNow[d] = dayHard[d][now];
        softNow[d] = daySoft[d][now];
    }

    private static long mix(long value) {
        long z = (value + 1) * 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    private void putOn(int m) {
        int s = seriesOf[m];
        int[] chain = chains[s];
        int at = held[s]++;
        while (at > 0 && isBefore(m, chain[at - 1])) {
            chain[at] = chain[at - 1];
            at--;
        }
        chain[at] = m;
        markSeries(s);
        locate(m);
        if (at == 0) {
            open(m, true);
            if (held[s] > 1) {
                open(chain[1], false);
            }
        }
        int d = slots[m].day();
        if (count[d] == onDay[d].length) {
            onDay[d] = Arrays.copyOf(onDay[d], 2 * count[d]);
        }
        int[] day = onDay[d];
        int i = count[d]++;
        while (i > 0 && isBefore(m, day[i - 1])) {
            day[i] = day[i - 1];
            i--;
        }
        day[i] = m;
        markDay(d);
    }

    private void takeOff(int m) {
        int s = seriesOf[m];
        remove(chains[s], held[s]--, m);
        markSeries(s);
        int d = slots[m].day();
        remove(onDay[d], count[d]--, m);
        markDay(d);
        slots[m] = null;
        rooms[m] = null;
        opening[m] = false;
        if (held[s] > 0) {
            open(chains[s][0], true);
        }
    }

    /** Say whether a meeting is its chain's first: it may have other places then. */
    private void open(int m, boolean first) {
        if (opening[m] != first) {
            opening[m] = first;
            locate(m);
            if (in.seriesSame[seriesOf[m]] == 0) {
                markDay(slots[m].day());
            }
        }
    }

    private void locate(int m) {
        begins[m] = slots[m].minute();
        blocks[m] = in.block(opening[m], seriesOf[m], slots[m].day());
        ends[m] = blocks[m] < 0 ? begins[m] : begins[m] + in.blockLength[blocks[m]];
        venues[m] = blocks[m] < 0 ? -1 : in.venue(blocks[m], rooms[m].id());
    }

    /** In order of time; at the same time in order of number, so that a state costs the same however it came about. */
    private boolean isBefore(int m, int other) {
        Slot one = slots[m];
        Slot two = slots[other];
        if (one.day() != two.day()) {
            return one.day() < two.day();
        }
        return one.minute() != two.minute() ? one.minute() < two.minute() : m < other;
    }

    private static void remove(int[] from, int n, int m) {
        int i = 0;
        while (from[i] != m) {
            i++;
        }
        System.arraycopy(from, i + 1, from, i, n - i - 1);
    }

    private void markSeries(int s) {
        if (!staleSeries[s]) {
            staleSeries[s] = true;
            seriesQueue[queuedSeries++] = s;
        }
    }

    private void markDay(int d) {
        if (!staleDay[d]) {
            staleDay[d] = true;
            dayQueue[queuedDays++] = d;
        }
    }
}
