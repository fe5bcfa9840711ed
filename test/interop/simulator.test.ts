import { stockClients } from './stockClients.ts';

stockClients('simulator');
