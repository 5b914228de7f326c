import ai.timefold.solver.core.api.domain.solution.PlanningEntityCollectionProperty;
import ai.timefold.solver.core.api.domain.solution.PlanningScore;
import ai.timefold.solver.core.api.domain.solution.PlanningSolution;
import ai.timefold.solver.core.api.score.buildin.hardsoftlong.HardSoftLongScore;
import java.util.ArrayList;
import java.util.List;

/** All meetings of a caseload. */
@PlanningSolution
public class Schedule {
    // Shared by every clone: the instance never changes, and refers to no meeting.
    private Instance instance;

    @PlanningEntityCollectionProperty
    private List<Meeting> meetings;

    @PlanningScore
    private HardSoftLongScore score;

    /** For cloning. */
    public Schedule() {}

    Schedule(Instance instance) {
        this.instance = instance;
        this.meetings = new ArrayList<>();
        for (int s = 0; s < instance.series; s++) {
            for (int i = 0; i < instance.mostMeetings(s); i++) {
                meetings.add(new Meeting(meetings.size(), s, instance));
            }
        }
    }

    Instance instance() {
        return instance;
    }

    List<Meeting> meetings() {
        return meetings;
    }

    HardSoftLongScore score() {
        return score;
    }
}
