import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** The slots of every series: the starts of its days, whether for a first meeting or for later ones. */
final class Slots {
    private final int days;
    private final Slot[][] byDay;
    private final List<List<Slot>> bySeries = new ArrayList<>();

    Slots(Tables from, int series, int days) {
        this.days = days;
        int[] minute = from.ints("start_minute");
        int[] lo = from.ints("node_lo");
        int[] hi = from.ints("node_hi");
        int[] block = from.ints("node_block");
        byDay = new Slot[series * days][];
        for (int s = 0; s < series; s++) {
            List<Slot> all = new ArrayList<>();
            for (int d = 0; d < days; d++) {
                int first = s * days + d;
                int later = (series + s) * days + d;
                int before = all.size();
                int i = block[first] < 0 ? hi[first] : lo[first];
                int j = block[later] < 0 ? hi[later] : lo[later];
                // Both lists are in order of time; a time may suit a first meeting and not a later one.
                while (i < hi[first] || j < hi[later]) {
                    boolean one = i < hi[first] && (j >= hi[later] || minute[i] <= minute[j]);
                    boolean other = j < hi[later] && (i >= hi[first] || minute[j] <= minute[i]);
                    int at = one ? minute[i] : minute[j];
                    all.add(new Slot(all.size(), d, at, one ? i++ : -1, other ? j++ : -1));
                }
                byDay[first] = all.subList(before, all.size()).toArray(new Slot[0]);
            }
            bySeries.add(Collections.unmodifiableList(Arrays.asList(all.toArray(new Slot[0]))));
        }
    }

    /** Slots of a series on a day, in order of time. */
    Slot[] on(int s, int d) {
        return byDay[s * days + d];
    }

    List<Slot> of(int s) {
        return bySeries.get(s);
    }
}
