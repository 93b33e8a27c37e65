// A middleware for Express with `jsonwebtoken`, as Approov's Node.js sample checks tokens. Ours, for measurements.

const cluster = require('node:cluster');
const express = require('express');
const jsonwebtoken = require('jsonwebtoken');

const workers = Number(process.env.HTTP_WORKERS);
if (cluster.isPrimary && workers > 1) {
  for (let worker = 0; worker < workers; worker += 1) cluster.fork();
} else {
  serve();
}

function serve() {
  const secret = Buffer.from(process.env.APPROOV_BASE64_SECRET, 'base64');
  const app = express();
  const hello = (request, response) => response.json({ message: 'Hello, World!' });

  const verify = (request, response, next) => {
    const token = request.get('Approov-Token');
    if (!token) return response.status(401).json({});
    try {
      request.claims = jsonwebtoken.verify(token, secret, { algorithms: ['HS256'] });
    } catch {
      return response.status(401).json({});
    }
    return next();
  };

  app.get('/unprotected', hello);
  app.get('/protected', verify, hello);
  app.listen(Number(process.env.HTTP_PORT), '127.0.0.1');
}
