"""A Ray cluster of two nodes with one core each, on this machine.

Shows its address, loses its second node at the line "lose", and ends with its input.
"""

import os
import sys

os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "1"}

from ray.cluster_utils import Cluster

STORE_BYTES = 80 << 20


def main() -> None:
    """Until the input ends."""
    cluster = Cluster(
        initialize_head=True,
        head_node_args={
            "num_cpus": 1,
            "object_store_memory": STORE_BYTES,
            "include_dashboard": False,
        },
    )
    second = cluster.add_node(num_cpus=1, object_store_memory=STORE_BYTES)
    cluster.wait_for_nodes()
    print(f"address {cluster.address}", flush=True)  # noqa: T201
    for line in sys.stdin:
        if line == "lose\n":
            cluster.remove_node(second, allow_graceful=False)
            print("lost", flush=True)  # noqa: T201
    cluster.shutdown()


if __name__ == "__main__":
    main()
