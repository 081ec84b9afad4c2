import socket

from arena.ui.listener import listening


def test_small_answers_do_not_wait_until_their_heads_are_confirmed():
    with listening("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
