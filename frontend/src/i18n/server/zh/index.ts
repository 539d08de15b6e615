import api from './api.json';
import domain from './domain.json';
import exchange from './exchange.json';
import formats from './formats.json';
import media from './media.json';
import service from './service.json';
import words from './words.json';

/** What the server says, in Chinese (simplified), by the English pattern. */
export default { ...api, ...domain, ...exchange, ...formats, ...media, ...service, ...words };
