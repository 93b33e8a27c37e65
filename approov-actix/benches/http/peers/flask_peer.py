"""The check of Approov's Flask sample: before each protected route, with PyJWT. Ours, for measurements."""

import base64
import os

import jwt
from flask import Flask, g, jsonify, request

SECRET = base64.b64decode(os.environ["APPROOV_BASE64_SECRET"])
app = Flask(__name__)


@app.before_request
def verify():
    if request.path == "/unprotected":
        return None
    token = request.headers.get("Approov-Token")
    if not token:
        return jsonify({}), 401
    try:
        g.claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return jsonify({}), 401
    return None


@app.get("/unprotected")
@app.get("/protected")
def hello():
    return jsonify(message="Hello, World!")
