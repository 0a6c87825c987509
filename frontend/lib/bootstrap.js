// Bootstrap's parts as Tabler ships them (in source); a file of its own, so that our strict checks stay with our code.
// Questions use <dialog> (lib/confirm.ts) and reasons stand as text, so neither its modal nor its tooltip is needed.
import '@tabler/core/js/src/bootstrap/dropdown';
import '@tabler/core/js/src/bootstrap/collapse';
import '@tabler/core/js/src/bootstrap/offcanvas';
