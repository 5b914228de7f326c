import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Times and rooms for one series on one day, in order of what they cost if nothing else is booked. */
final class Candidates {
    final Slot[] slots;
    final Room[] rooms;
    final int[] costs;

    private record Candidate(Slot slot, Room room, int cost) {}

    Candidates(Instance in, int s, boolean opening, Slot[] times) {
        List<Candidate> found = new ArrayList<>();
        for (Slot slot : times) {
            int start = slot.start(opening);
            if (start < 0) {
                continue;
            }
            int b = in.block(opening, s, slot.day());
            for (Room room : in.roomsOf(s)) {
                if (in.isPossible(s, opening, slot, room)) {
                    int cost = alone(in, b, start, in.venue(b, room.id()));
                    if (cost < Instance.BIG) {
                        found.add(new Candidate(slot, room, cost));
                    }
                }
            }
        }
        found.sort((one, other) -> Integer.compare(one.cost, other.cost));
        slots = new Slot[found.size()];
        rooms = new Room[slots.length];
        costs = new int[slots.length];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = found.get(i).slot;
            rooms[i] = found.get(i).room;
            costs[i] = found.get(i).cost;
        }
    }

    int size() {
        return slots.length;
    }

    /** Index of one at random, the cheap ones more often. */
    int pick(Random random) {
        double u = random.nextDouble();
        return (int) (u * u * u * slots.length);
    }

    /** Cost of a meeting if everybody has nothing else on; a little less where one deputy is asked for two places. */
    private static int alone(Instance in, int b, int start, int venue) {
        int modes = in.modes(b, venue);
        int cost = in.startCost[start] + in.venueCost[venue];
        for (int p = in.placePtr[b]; p < in.placePtr[b + 1]; p++) {
            int least = in.placeFallback[p];
            for (int o = in.optionPtr[p]; o < in.optionPtr[p + 1]; o++) {
                if ((in.startActors[start] >>> in.optionActor[o] & 1) != 0) {
                    int mode = Math.min(in.modeInPerson[modes + o], in.modeRemote[modes + o]);
                    least = Math.min(least, in.optionCost[o] + mode);
                }
            }
            if (least >= Instance.BIG) {
                return Instance.BIG;
            }
            cost += least;
        }
        return cost;
    }
}
