import java.util.Arrays;

/**
 * What the meetings of one day cost, and who comes to them.
 *
 * <p>Attendance follows from times and rooms: first everybody essential to any meeting of the day, then those expected,
 * then those invited, each meeting in order of time; a place is filled by its person, else by the cheapest deputy, else
 * by nobody, whichever costs least of what is still possible.
 */
final class DayCost {
    private static final int MOST = 64;
    private static final int PASSES = 3;

    private final Instance in;
    private final int[] seriesOf;
    private final Slot[] slots;
    private final Room[] rooms;
    private final boolean[] opening;

    // What is taken of each resource on the day.
    private final int[] taken;
    private final int[][] begins;
    private final int[][] ends;
    private final int[][] sites;
    private final int[] touched;
    private int touchedCount;

    // The meetings of the day.
    private int[] block = new int[MOST];
    private int[] minute = new int[MOST];
    private int[] modes = new int[MOST];
    private int[] site = new int[MOST];
    private int[] coming = new int[MOST];
    private long[] free = new long[MOST];
    private int[][] choice = new int[MOST][MOST];

    // The best that `look` found for a place.
    private int best;
    private int take;

    private int hard;
    private int soft;

    DayCost(Instance in, int[] seriesOf, Slot[] slots, Room[] rooms, boolean[] opening) {
        this.in = in;
        this.seriesOf = seriesOf;
        this.slots = slots;
        this.rooms = rooms;
        this.opening = opening;
        taken = new int[in.resources];
        begins = new int[in.resources][4];
        ends = new int[in.resources][4];
        sites = new int[in.resources][4];
        touched = new int[in.resources];
    }

    int hard() {
        return hard;
    }

    int soft() {
        return soft;
    }

    /** [meetings of the day][places] twice the option within the block, and 1 more if remote; -1 for nobody. */
    int[][] choices() {
        return choice;
    }

    void work(int[] meetings, int n) {
        for (int i = 0; i < touchedCount; i++) {
            taken[touched[i]] = 0;
        }
        touchedCount = 0;
        hard = 0;
        soft = 0;
        if (n > block.length) {
            grow(2 * n);
        }
        for (int i = 0; i < n; i++) {
            meet(i, meetings[i]);
        }
        for (int pass = 0; pass < PASSES; pass++) {
            for (int i = 0; i < n; i++) {
                if (block[i] >= 0) {
                    for (int p : in.passes[block[i]][pass]) {
                        fill(i, p);
                    }
                }
            }
        }
        for (int i = 0; i < n; i++) {
            if (block[i] >= 0 && coming[i] < in.blockQuorum[block[i]]) {
                bring(i);
            }
        }
    }

    /** The meeting itself and its room. */
    private void meet(int i, int m) {
        int s = seriesOf[m];
        Slot slot = slots[m];
        int start = slot.start(opening[m]);
        block[i] = -1;
        if (start < 0) {
            hard++;
            return;
        }
        int b = in.block(opening[m], s, slot.day());
        int venue = in.venue(b, rooms[m].id());
        if (venue < 0 || (in.startVenues[start] >>> in.venueBit[venue] & 1) == 0) {
            hard++;
            return;
        }
        block[i] = b;
        minute[i] = slot.minute();
        modes[i] = in.modes(b, venue);
        site[i] = in.groupSite[in.venueGroup[venue]];
        coming[i] = 0;
        free[i] = in.startActors[start];
        int places = in.placePtr[b + 1] - in.placePtr[b];
        if (choice[i].length < places) {
            choice[i] = new int[places];
        }
        soft += in.startCost[start] + in.venueCost[venue];
        int r = in.venueRes[venue];
        if (r >= 0) {
            int end = minute[i] + in.blockLength[b];
            if (!isFree(r, minute[i], end)) {
                hard++;
            }
            commit(r, minute[i], end, site[i]);
        }
    }

    private void fill(int i, int p) {
        int fallback = in.placeFallback[p];
        best = fallback;
        take = -1;
        look(i, p);
        choice[i][p - in.placePtr[block[i]]] = take;
        if (take >= 0) {
            seat(i, p);
            soft += best;
        } else if (fallback >= Instance.BIG) {
            hard++;
        } else {
            soft += fallback;
        }
    }

    /** Fill places of professionals that are dearer to fill than not, while a quorum is missing. */
    private void bring(int i) {
        int b = block[i];
        while (coming[i] < in.blockQuorum[b]) {
            int place = -1;
            int extra = Integer.MAX_VALUE;
            for (int p = in.placePtr[b]; p < in.placePtr[b + 1]; p++) {
                if (choice[i][p - in.placePtr[b]] < 0 && in.placeProfessional[p] == 1) {
                    best = Instance.BIG;
                    take = -1;
                    look(i, p);
                    if (take >= 0 && best - in.placeFallback[p] < extra) {
                        extra = best - in.placeFallback[p];
                        place = p;
                    }
                }
            }
            if (place < 0) {
                hard++;
                return;
            }
            best = Instance.BIG;
            take = -1;
            look(i, place);
            choice[i][place - in.placePtr[b]] = take;
            seat(i, place);
            soft += extra;
        }
    }

    /** Find the cheapest way to fill a place for less than {@code best}. */
    private void look(int i, int p) {
        int b = block[i];
        int a0 = in.actorPtr[b];
        int o0 = in.optionPtr[in.placePtr[b]];
        for (int o = in.optionPtr[p]; o < in.optionPtr[p + 1]; o++) {
            int a = in.optionActor[o];
            if ((free[i] >>> a & 1) == 0) {
                continue;
            }
            int inPerson = in.modeInPerson[modes[i] + o];
            int remote = in.modeRemote[modes[i] + o];
            int mode = Math.min(inPerson, remote);
            int cost = in.optionCost[o] + mode;
            if (cost >= best) {
                continue;
            }
            int how = inPerson <= remote ? 0 : 1;
            int r = in.actorRes[a0 + a];
            if (r >= 0 && taken[r] > 0) {
                int begin = minute[i] + in.actorOffset[a0 + a];
                int end = begin + in.actorLength[a0 + a];
                if (in.resCap[r] > 0 && in.resCap[r] <= taken[r] || !isFree(r, begin, end)) {
                    continue;
                }
                if (in.resSoft[r] == 1 && taken[r] >= in.softCap) {
                    cost += in.softCost;
                }
                if (how == 0 && !canTravel(r, begin, end, site[i])) {
                    cost += remote - mode;
                    how = 1;
                }
                if (cost >= best) {
                    continue;
                }
            }
            best = cost;
            take = 2 * (o - o0) + how;
        }
    }

    private void seat(int i, int p) {
        int b = block[i];
        int o = in.optionPtr[in.placePtr[b]] + take / 2;
        int a = in.actorPtr[b] + in.optionActor[o];
        free[i] &= ~in.twins[a];
        coming[i] += in.placeProfessional[p];
        int r = in.actorRes[a];
        if (r >= 0) {
            int begin = minute[i] + in.actorOffset[a];
            commit(r, begin, begin + in.actorLength[a], take % 2 == 1 ? -1 : site[i]);
        }
    }

    private boolean isFree(int r, int begin, int end) {
        for (int i = 0; i < taken[r]; i++) {
            if (begins[r][i] < end && begin < ends[r][i]) {
                return false;
            }
        }
        return true;
    }

    private boolean canTravel(int r, int begin, int end, int site) {
        for (int i = 0; i < taken[r]; i++) {
            int other = sites[r][i];
            if (other < 0 || other == site) {
                continue;
            }
            if (begin - ends[r][i] < in.travelMinutes(r, other, site)
                    && begins[r][i] - end < in.travelMinutes(r, site, other)) {
                return false;
            }
        }
        return true;
    }

    private void commit(int r, int begin, int end, int site) {
        int n = taken[r]++;
        if (n == 0) {
            touched[touchedCount++] = r;
        } else if (n == begins[r].length) {
            begins[r] = Arrays.copyOf(begins[r], 2 * n);
            ends[r] = Arrays.copyOf(ends[r], 2 * n);
            sites[r] = Arrays.copyOf(sites[r], 2 * n);
        }
        begins[r][n] = begin;
        ends[r][n] = end;
        sites[r][n] = site;
    }

    private void grow(int n) {
        block = new int[n];
        minute = new int[n];
        modes = new int[n];
        site = new int[n];
        coming = new int[n];
        free = new long[n];
        int before = choice.length;
        choice = Arrays.copyOf(choice, n);
        for (int i = before; i < n; i++) {
            choice[i] = new int[MOST];
        }
    }
}
