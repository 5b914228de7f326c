import ai.timefold.solver.core.api.score.buildin.hardsoftlong.HardSoftLongScore;
import ai.timefold.solver.core.api.solver.Solver;
import ai.timefold.solver.core.api.solver.SolverConfigOverride;
import ai.timefold.solver.core.api.solver.SolverFactory;
import ai.timefold.solver.core.config.heuristic.selector.move.factory.MoveIteratorFactoryConfig;
import ai.timefold.solver.core.config.localsearch.LocalSearchPhaseConfig;
import ai.timefold.solver.core.config.localsearch.decider.acceptor.LocalSearchAcceptorConfig;
import ai.timefold.solver.core.config.localsearch.decider.forager.LocalSearchForagerConfig;
import ai.timefold.solver.core.config.phase.custom.CustomPhaseConfig;
import ai.timefold.solver.core.config.score.director.ScoreDirectorFactoryConfig;
import ai.timefold.solver.core.config.solver.EnvironmentMode;
import ai.timefold.solver.core.config.solver.SolverConfig;
import ai.timefold.solver.core.config.solver.termination.TerminationConfig;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/**
 * Plans one instance.
 *
 * <p>Arguments: the seed, and how strictly Timefold checks itself. A line {@code ready} says that the instance may
 * come; then lines {@code best <cost>} as better calendars are found, one line for each meeting of the best, and
 * {@code end <hard rules broken> <cost>}.
 */
public final class Main {
    /** Lines about better calendars are at least this far apart, so that telling of them takes no time. */
    private static final long QUIET_MILLIS = 50;

    /** Points by which a calendar may get worse in one move now and then, at first: about as many as a few days' spacing. */
    private static final int TEMPERATURE = 15;

    private Main() {}

    public static void main(String[] args) throws IOException {
        long seed = Long.parseLong(args[0]);
        SolverFactory<Schedule> factory = SolverFactory.create(config(seed, EnvironmentMode.valueOf(args[1])));
        PrintStream out = System.out;
        out.println("ready");
        out.flush();
        Tables tables = Tables.read(new DataInputStream(new BufferedInputStream(System.in, 1 << 20)));
        Schedule schedule = new Schedule(new Instance(tables));
        long[] limits = tables.longs("limits");
        TerminationConfig limit = new TerminationConfig()
                .withMillisecondsSpentLimit(Math.max(1, limits[0] - System.currentTimeMillis()));
        if (limits[1] > 0) {
            limit = limit.withMoveCountLimit(limits[1]);
        }
        Solver<Schedule> solver =
                factory.buildSolver(new SolverConfigOverride<Schedule>().withTerminationConfig(limit));
        long[] told = {0};
        solver.addEventListener(event -> {
            HardSoftLongScore score = (HardSoftLongScore) event.getNewBestScore();
            long now = System.currentTimeMillis();
            if (score.isFeasible() && now - told[0] >= QUIET_MILLIS) {
                told[0] = now;
                out.println("best " + -score.softScore());
                out.flush();
            }
        });
        Schedule best = solver.solve(schedule);
        write(best, out);
        out.println("end " + -best.score().hardScore() + " " + -best.score().softScore());
        out.flush();
    }

    private static SolverConfig config(long seed, EnvironmentMode mode) {
        return new SolverConfig()
                .withRandomSeed(seed)
                .withEnvironmentMode(mode)
                .withSolutionClass(Schedule.class)
                .withEntityClasses(Meeting.class)
                .withScoreDirectorFactory(
                        new ScoreDirectorFactoryConfig().withIncrementalScoreCalculatorClass(Points.class))
                .withPhases(
                        new CustomPhaseConfig().withCustomPhaseCommandClassList(List.of(BookByDueDate.class)),
                        new LocalSearchPhaseConfig()
                                .withMoveSelectorConfig(new MoveIteratorFactoryConfig()
                                        .withMoveIteratorFactoryClass(Neighbourhood.class))
                                .withAcceptorConfig(new LocalSearchAcceptorConfig()
                                        .withSimulatedAnnealingStartingTemperature("0hard/" + TEMPERATURE + "soft"))
                                .withForagerConfig(new LocalSearchForagerConfig().withAcceptedCountLimit(1)));
    }

    /** Lines {@code meeting <series> <day> <start> <venue> <choices>}, the rows of the tables that were handed in. */
    private static void write(Schedule schedule, PrintStream out) {
        Instance in = schedule.instance();
        Board board = Points.boardOf(schedule);
        for (int d = 0; d < in.days; d++) {
            int[] meetings = board.onDay(d);
            int[][] choices = board.choices(d);
            for (int i = 0; i < board.count(d); i++) {
                int m = meetings[i];
                int s = board.series(m);
                boolean opening = board.isOpening(m);
                int b = board.block(m);
                StringBuilder line = new StringBuilder("meeting ");
                line.append(s).append(' ').append(d).append(' ').append(board.slot(m).start(opening)).append(' ');
                line.append(board.venue(m));
                for (int p = 0; p < in.placePtr[b + 1] - in.placePtr[b]; p++) {
                    line.append(' ').append(choices[i][p]);
                }
                out.println(line);
            }
        }
    }
}
