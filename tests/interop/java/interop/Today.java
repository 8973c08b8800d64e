package interop;

import java.util.List;

/** Part {@code today}: everything that the present contract has. */
final class Today {
    private Today() {
    }

    public static void main(String[] arguments) {
        try (Servers servers = new Servers()) {
            List.of(new DataChecks(servers),
                    new RefusalChecks(servers),
                    new ManagementChecks(servers),
                    new OutcomeChecks(servers),
                    new StandInChecks(servers)).forEach(Checks::run);
        }
        Checks.finish();
    }
}
