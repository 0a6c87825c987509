// Bootstrap's parts as Tabler ships them (in source); a file of its own, so that our strict checks stay with our code.
import '@tabler/core/js/src/bootstrap/dropdown';
import '@tabler/core/js/src/bootstrap/collapse';
import '@tabler/core/js/src/bootstrap/modal';
import '@tabler/core/js/src/bootstrap/offcanvas';

export { default as Tooltip } from '@tabler/core/js/src/bootstrap/tooltip';
