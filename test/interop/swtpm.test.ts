import { stockClients } from './stockClients.ts';

stockClients('swtpm');
