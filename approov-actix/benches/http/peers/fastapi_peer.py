"""The check of Approov's FastAPI sample: a middleware that decodes the token with PyJWT. Ours, for measurements."""

import base64
import os

import jwt
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

SECRET = base64.b64decode(os.environ["APPROOV_BASE64_SECRET"])
app = FastAPI()


@app.middleware("http")
async def verify(request: Request, call_next):
    if request.url.path == "/unprotected":
        return await call_next(request)
    token = request.headers.get("Approov-Token")
    if not token:
        return JSONResponse({}, status_code=401)
    try:
        request.state.claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return JSONResponse({}, status_code=401)
    return await call_next(request)


@app.get("/unprotected")
@app.get("/protected")
async def hello():
    return {"message": "Hello, World!"}
