<?php

/**
 * Part `today`: everything that the present contract has.
 */

declare(strict_types=1);

require __DIR__ . '/Checks.php';
require __DIR__ . '/DataChecks.php';
require __DIR__ . '/RefusalChecks.php';
require __DIR__ . '/ManagementChecks.php';
require __DIR__ . '/OutcomeChecks.php';
require __DIR__ . '/StandInChecks.php';

final class Today extends Checks
{
    use DataChecks;
    use RefusalChecks;
    use ManagementChecks;
    use OutcomeChecks;
    use StandInChecks;

    protected function checks(): void
    {
        $this->dataChecks();
        $this->refusalChecks();
        $this->managementChecks();
        $this->outcomeChecks();
        $this->standInChecks();
    }
}

exit((new Today())->run());
