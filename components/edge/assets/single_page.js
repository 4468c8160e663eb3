// The application draws its pages itself: every path that names no file of the build is answered with its one document.
var FILE = /\.(ENDINGS)$/;
function handler(event) {
    var request = event.request;
    if (!FILE.test(request.uri)) {
        request.uri = '/index.html';
    }
    return request;
}
