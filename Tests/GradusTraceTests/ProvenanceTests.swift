// SPDX-License-Identifier: Apache-2.0
import GradusTrace
import Testing

@Suite struct ProvenanceTests {
  @Test func whatReachesAValueAreTheWaysToTheOutputWithTheirInputs() async throws {
    let recorder = Recorder()
    let a = recorder.parameter("a", 1.0).id, b = recorder.parameter("b", 2.0).id, c = recorder.parameter("c", 3.0).id
    let ab = recorder.record("f", [a, b], 0.0).id
    let bc = recorder.record("g", [b, c], 0.0).id
    let dead = recorder.record("h", [c], 0.0).id
    let end = recorder.record("k", [ab, bc], 0.0).id
    let sets = recorder.trace.causes(of: end)
    #expect(sets[a]?.nodes == [a, b, ab, bc, end])
    #expect(sets[c]?.nodes == [b, c, ab, bc, end])
    #expect(sets[b]?.nodes == [a, b, c, ab, bc, end])
    #expect(sets[dead] == nil)
    var seed = NodeSet()
    seed.insert(end)
    let heard = try await recorder.trace.propagate(seed, from: end, by: Provenance())
    for node in [a, b, c] { #expect(heard[node]?.nodes == sets[node]?.nodes) }
    #expect(recorder.trace.causes(of: 99).isEmpty)
  }

  @Test func setsOfNodes() {
    var set = NodeSet()
    for node in [300, 2, 64, 63] { set.insert(node) }
    var other = NodeSet(count: 10)
    other.insert(5)
    other.merge(set)
    #expect(other.nodes == [2, 5, 63, 64, 300])
    #expect(other.count == 5 && other.contains(64) && !other.contains(65) && !other.contains(9999))
  }
}
