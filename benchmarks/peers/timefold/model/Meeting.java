import ai.timefold.solver.core.api.domain.entity.PlanningEntity;
import ai.timefold.solver.core.api.domain.lookup.PlanningId;
import ai.timefold.solver.core.api.domain.valuerange.ValueRangeProvider;
import ai.timefold.solver.core.api.domain.variable.PlanningVariable;
import java.util.List;

/**
 * One meeting that a series may hold.
 *
 * <p>The meetings of a series are interchangeable: those that are held, in order of their days, are its chain. So no
 * order has to be kept between them, and one may be left out where the chain is long enough without it.
 */
@PlanningEntity
public class Meeting {
    @PlanningId
    private int id;

    private int series;
    private List<Slot> slots;
    private List<Room> rooms;

    @PlanningVariable(valueRangeProviderRefs = "slots", allowsUnassigned = true)
    private Slot slot;

    @PlanningVariable(valueRangeProviderRefs = "rooms", allowsUnassigned = true)
    private Room room;

    /** For cloning. */
    public Meeting() {}

    Meeting(int id, int series, Instance instance) {
        this.id = id;
        this.series = series;
        this.slots = instance.slotsOf(series);
        this.rooms = instance.roomsOf(series);
    }

    int id() {
        return id;
    }

    int series() {
        return series;
    }

    boolean isHeld() {
        return slot != null && room != null;
    }

    Slot slot() {
        return slot;
    }

    Room room() {
        return room;
    }

    @ValueRangeProvider(id = "slots")
    public List<Slot> getSlots() {
        return slots;
    }

    @ValueRangeProvider(id = "rooms")
    public List<Room> getRooms() {
        return rooms;
    }

    public Slot getSlot() {
        return slot;
    }

    public void setSlot(Slot slot) {
        this.slot = slot;
    }

    public Room getRoom() {
        return room;
    }

    public void setRoom(Room room) {
        this.room = room;
    }
}
