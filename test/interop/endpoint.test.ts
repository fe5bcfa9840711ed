import { stockClients } from './stockClients.ts';

stockClients('endpoint');
