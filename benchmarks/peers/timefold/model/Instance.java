import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One caseload in arrays: the names and their meaning are those of {@code solver/problem/tables.py}.
 *
 * <p>It never changes and refers to no meeting, so that clones of a schedule can share it.
 */
final class Instance {
    /** Points of a day's breach; what a window costs otherwise is less. */
    static final int BREACH = 10_000;

    /** Cost of what cannot be. */
    static final int BIG = 1_000_000_000;

    /** A chain may have as many more meetings than one held on its targets: where people are away it takes shorter steps. */
    private static final double SPARE = 0.6;

    final int days;
    final int series;
    final int resources;
    final int sites;
    final int softCap;
    final int softCost;
    final int[] resCap;
    final int[] resSoft;
    final int[] travel;
    final int[] allowance;
    /** Minutes within which everybody gets anywhere, 1 at least. */
    final int longestTravel;
    final int[] blockLength;
    final int[] blockQuorum;
    final int[] actorPtr;
    final int[] actorRes;
    final int[] actorOffset;
    final int[] actorLength;
    final int[] placePtr;
    final int[] placeFallback;
    final int[] placeProfessional;
    final int[] optionPtr;
    final int[] optionActor;
    final int[] optionCost;
    final int[] groupPtr;
    final int[] groupSite;
    final int[] modePtr;
    final int[] modeInPerson;
    final int[] modeRemote;
    final int[] venuePtr;
    final int[] venueRes;
    final int[] venueCost;
    final int[] venueBit;
    final int[] startCost;
    final long[] startActors;
    final long[] startVenues;
    final int[] nodeBlock;
    final int[] seriesSame;
    final int[] endCost;
    final int[] noneCost;
    /** [actors] everybody in the block who is the same person: one person fills one place. */
    final long[] twins;
    /** [venues] group of a row of the venues table. */
    final int[] venueGroup;
    /** [blocks][3] places in the order in which they are filled: of essential, of expected and of invited people. */
    final int[][][] passes;
    /** [blocks] the shared people whose places a meeting has, as bits. */
    final long[][] people;
    /** [blocks] those of them without whom it isn't held. */
    final long[][] essential;
    /** [groups] those of them who must be in the room, as there is no joining from elsewhere. */
    final long[][] inTheRoom;

    final Room[] rooms;
    private final int[] firstCost;
    private final int[] gapIndex;
    private final int[] gapCost;
    private final int[] venueOf;
    private final Slots slots;
    private final List<List<Room>> roomsOf = new ArrayList<>();
    private final int[] mostMeetings;
    private final Candidates[] candidates;
    /** [series] people and rooms that it may need, as bits. */
    private final long[][] shared;
    private final int[][] related;

    Instance(Tables from) {
        int[] sizes = from.ints("sizes");
        series = sizes[0];
        days = sizes[1];
        resources = sizes[2];
        sites = sizes[3];
        softCap = sizes[4];
        softCost = sizes[5];
        rooms = new Room[sizes[6]];
        Arrays.setAll(rooms, Room::new);
        resCap = from.ints("res_cap");
        resSoft = from.ints("res_soft");
        travel = from.ints("travel");
        allowance = from.ints("allowance");
        int furthest = IntStream.of(allowance).max().orElse(0);
        longestTravel = Math.max(1, Math.max(2 * furthest, IntStream.of(travel).max().orElse(0)));
        blockLength = from.ints("block_length");
        blockQuorum = from.ints("block_quorum");
        actorPtr = from.ints("actor_ptr");
        actorRes = from.ints("actor_res");
        actorOffset = from.ints("actor_offset");
        actorLength = from.ints("actor_length");
        placePtr = from.ints("place_ptr");
        placeFallback = from.ints("place_fallback");
        placeProfessional = from.ints("place_professional");
        optionPtr = from.ints("option_ptr");
        optionActor = from.ints("option_actor");
        optionCost = from.ints("option_cost");
        groupPtr = from.ints("group_ptr");
        groupSite = from.ints("group_site");
        modePtr = from.ints("mode_ptr");
        modeInPerson = from.ints("mode_in_person");
        modeRemote = from.ints("mode_remote");
        venuePtr = from.ints("venue_ptr");
        venueRes = from.ints("venue_res");
        venueCost = from.ints("venue_cost");
        venueBit = from.ints("venue_bit");
        startCost = from.ints("start_cost");
        startActors = from.longs("start_actors");
        startVenues = from.longs("start_venues");
        nodeBlock = from.ints("node_block");
        seriesSame = from.ints("series_same");
        firstCost = from.ints("first_cost");
        gapIndex = from.ints("gap_index");
        gapCost = from.ints("gap_cost");
        endCost = from.ints("end_cost");
        noneCost = from.ints("none_cost");
        venueGroup = new int[venueRes.length];
        venueOf = venuesOfRooms(from.ints("venue_id"));
        twins = twins(from.ints("actor_twin"));
        int blocks = blockLength.length;
        passes = new int[blocks][][];
        people = new long[blocks][];
        essential = new long[blocks][];
        inTheRoom = new long[groupSite.length][];
        for (int b = 0; b < blocks; b++) {
            passes[b] = passes(b);
            findPeople(b);
        }
        slots = new Slots(from, series, days);
        for (int s = 0; s < series; s++) {
            roomsOf.add(allRooms(s));
        }
        mostMeetings = new int[series];
        Arrays.setAll(mostMeetings, this::countMeetings);
        candidates = new Candidates[2 * series * days];
        shared = sharedBySeries(from.ints("block_series"));
        related = new int[series][];
    }

    /** Cost of a chain's first meeting on a day. */
    int firstCost(int s, int d) {
        return firstCost[s * days + d];
    }

    /** Cost of a meeting on day {@code d} that follows one on day {@code previous}. */
    int gapCost(int s, int previous, int d) {
        return gapCost[(gapIndex[s] * days + previous) * days + d];
    }

    /** Cost of the next meeting on a day: the chain's first where {@code previous} is negative. */
    int nextCost(int s, int previous, int d) {
        return previous < 0 ? firstCost(s, d) : gapCost(s, previous, d);
    }

    /** Cost of holding no meeting after one on day {@code last}, or none at all where that is negative. */
    int lastCost(int s, int last) {
        return last < 0 ? noneCost[s] : endCost[s * days + last];
    }

    int block(boolean opening, int s, int d) {
        return nodeBlock[((opening ? 0 : 1) * series + s) * days + d];
    }

    /** Other series that may need some of the same people or rooms. */
    int[] related(int s) {
        if (related[s] == null) {
            related[s] = IntStream.range(0, series)
                    .filter(other -> other != s && intersect(shared[s], shared[other]))
                    .toArray();
        }
        return related[s];
    }

    /** Whether two sets of resources have one in common. */
    static boolean intersect(long[] one, long[] other) {
        for (int i = 0; i < one.length; i++) {
            if ((one[i] & other[i]) != 0) {
                return true;
            }
        }
        return false;
    }

    /** Row of the venues table for a block in a room, or -1. */
    int venue(int b, int room) {
        return venueOf[b * rooms.length + room];
    }

    /** Minutes a person needs between two sites. */
    int travelMinutes(int r, int from, int to) {
        int given = travel[from * sites + to];
        return given >= 0 ? given : allowance[r * sites + from] + allowance[r * sites + to];
    }

    /** Where the ways of taking part of a block's options lie for a venue: {@code modes + option}. */
    int modes(int b, int venue) {
        int o0 = optionPtr[placePtr[b]];
        int options = optionPtr[placePtr[b + 1]] - o0;
        return modePtr[b] + (venueGroup[venue] - groupPtr[b]) * options - o0;
    }

    int mostMeetings(int s) {
        return mostMeetings[s];
    }

    List<Slot> slotsOf(int s) {
        return slots.of(s);
    }

    List<Room> roomsOf(int s) {
        return roomsOf.get(s);
    }

    /** The slot of a series at a time, or {@code null}. */
    Slot slot(int s, int d, int minute) {
        for (Slot slot : slots.on(s, d)) {
            if (slot.minute() == minute) {
                return slot;
            }
        }
        return null;
    }

    /** Whether a meeting may be in the room at the time as far as the room's own hours go. */
    boolean isPossible(int s, boolean opening, Slot slot, Room room) {
        int start = slot.start(opening);
        if (start < 0) {
            return false;
        }
        int venue = venue(block(opening, s, slot.day()), room.id());
        return venue >= 0 && (startVenues[start] >>> venueBit[venue] & 1) != 0;
    }

    /** Times and rooms for a meeting on a day, the cheapest first. */
    Candidates candidates(int s, boolean opening, int d) {
        int at = ((opening && seriesSame[s] == 0 ? 0 : 1) * series + s) * days + d;
        if (candidates[at] == null) {
            candidates[at] = new Candidates(this, s, opening && seriesSame[s] == 0, slots.on(s, d));
        }
        return candidates[at];
    }

    private int[] venuesOfRooms(int[] venueId) {
        int[] found = new int[blockLength.length * rooms.length];
        Arrays.fill(found, -1);
        for (int b = 0; b < blockLength.length; b++) {
            for (int g = groupPtr[b]; g < groupPtr[b + 1]; g++) {
                for (int v = venuePtr[g]; v < venuePtr[g + 1]; v++) {
                    found[b * rooms.length + venueId[v]] = v;
                    venueGroup[v] = g;
                }
            }
        }
        return found;
    }

    private long[] twins(int[] twin) {
        long[] found = new long[twin.length];
        for (int b = 0; b < blockLength.length; b++) {
            int a0 = actorPtr[b];
            int n = actorPtr[b + 1] - a0;
            for (int a = 0; a < n; a++) {
                for (int other = 0; other < n; other++) {
                    if (twin[a0 + a] == twin[a0 + other]) {
                        found[a0 + a] |= 1L << other;
                    }
                }
            }
        }
        return found;
    }

    private int[][] passes(int b) {
        List<Integer> places = new ArrayList<>();
        for (int p = placePtr[b]; p < placePtr[b + 1]; p++) {
            places.add(p);
        }
        places.sort((p, q) -> Integer.compare(placeFallback[q], placeFallback[p]));
        int least = places.stream().mapToInt(p -> placeFallback[p]).min().orElse(BIG);
        return new int[][] {
            places.stream().filter(p -> placeFallback[p] >= BIG).mapToInt(p -> p).toArray(),
            places.stream().filter(p -> placeFallback[p] < BIG && placeFallback[p] > least).mapToInt(p -> p).toArray(),
            places.stream().filter(p -> placeFallback[p] < BIG && placeFallback[p] == least).mapToInt(p -> p).toArray(),
        };
    }

    private void findPeople(int b) {
        int words = resources / Long.SIZE + 1;
        people[b] = new long[words];
        essential[b] = new long[words];
        for (int g = groupPtr[b]; g < groupPtr[b + 1]; g++) {
            inTheRoom[g] = new long[words];
        }
        for (int p = placePtr[b]; p < placePtr[b + 1]; p++) {
            int r = actorRes[actorPtr[b] + optionActor[optionPtr[p]]];
            set(people[b], r);
            if (placeFallback[p] >= BIG) {
                set(essential[b], r);
                for (int g = groupPtr[b]; g < groupPtr[b + 1]; g++) {
                    if (modeRemote[modes(b, venuePtr[g]) + optionPtr[p]] >= BIG) {
                        set(inTheRoom[g], r);
                    }
                }
            }
        }
    }

    private long[][] sharedBySeries(int[] blockSeries) {
        long[][] bits = new long[series][resources / Long.SIZE + 1];
        for (int b = 0; b < blockSeries.length; b++) {
            long[] needed = bits[blockSeries[b]];
            for (int i = 0; i < needed.length; i++) {
                needed[i] |= people[b][i];
            }
            for (int v = venuePtr[groupPtr[b]]; v < venuePtr[groupPtr[b + 1]]; v++) {
                set(needed, venueRes[v]);
            }
        }
        return bits;
    }

    private static void set(long[] bits, int r) {
        if (r >= 0) {
            bits[r / Long.SIZE] |= 1L << (r % Long.SIZE);
        }
    }

    private List<Room> allRooms(int s) {
        boolean[] used = new boolean[rooms.length];
        for (int k = 0; k < 2; k++) {
            for (int d = 0; d < days; d++) {
                int b = nodeBlock[(k * series + s) * days + d];
                for (int room = 0; b >= 0 && room < rooms.length; room++) {
                    used[room] |= venue(b, room) >= 0;
                }
            }
        }
        List<Room> all = new ArrayList<>();
        for (Room room : rooms) {
            if (used[room.id()]) {
                all.add(room);
            }
        }
        return all;
    }

    private int countMeetings(int s) {
        int count = 0;
        int last = -1;
        while (lastCost(s, last) > 0) {
            int best = -1;
            for (int d = last + 1; d < days; d++) {
                if (nextCost(s, last, d) < BIG && (best < 0 || nextCost(s, last, d) < nextCost(s, last, best))) {
                    best = d;
                }
            }
            if (best < 0) {
                break;
            }
            count++;
            last = best;
        }
        return (int) Math.ceil(count * (1 + SPARE));
    }
}
