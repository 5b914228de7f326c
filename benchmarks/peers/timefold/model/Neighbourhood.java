import ai.timefold.solver.core.api.score.director.ScoreDirector;
import ai.timefold.solver.core.impl.heuristic.selector.move.factory.MoveIteratorFactory;
import java.util.Iterator;
import java.util.Random;

/** The moves of local search, at random; {@code Proposals} says which. */
public class Neighbourhood implements MoveIteratorFactory<Schedule, Rebook> {
    private Schedule known;
    private Random knownRandom;
    private Proposals proposals;

    @Override
    public long getSize(ScoreDirector<Schedule> director) {
        return director.getWorkingSolution().meetings().size();
    }

    @Override
    public Iterator<Rebook> createOriginalMoveIterator(ScoreDirector<Schedule> director) {
        throw new UnsupportedOperationException("there are too many moves to go through them in order");
    }

    @Override
    public Iterator<Rebook> createRandomMoveIterator(ScoreDirector<Schedule> director, Random random) {
        Schedule schedule = director.getWorkingSolution();
        if (schedule != known || random != knownRandom) {
            known = schedule;
            knownRandom = random;
            proposals = new Proposals(schedule, random);
        }
        // Called before every step.
        proposals.follow();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Rebook next() {
                return proposals.next();
            }
        };
    }
}
