// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusModeling
import GradusNumerics
import Testing

@Suite struct PairSynthesisTests {
  @Test func statuses() async throws {
    let clock = ContinuousClock()
    var source: InstanceSource?
    let t = try clock.measure { source = try InstanceSource(InstanceFamilies.all.filter { $0.name == "pooling" }, complexity: 15...60, RandomStream(seed: 1)) }
    print("tuned", t)
    let synthesis = PairSynthesis(try #require(source), seed: 1)
    for k in 0..<12 {
      let began = clock.now
      let pair = try await synthesis.pair(k)
      print(pair.id, pair.ending, pair.draw?.complexity ?? -1, pair.execution?.status?.rawValue ?? "-", pair.message ?? "", pair.execution?.objective ?? 0, try await ModelExecutor().run(pair.draw!.statement.program()).objective ?? 0, clock.now - began)
    }
    let grown = PairSynthesis(DemonstrationSource(), seed: 1)
    for k in 0..<12 {
      let pair = try await grown.pair(k)
      print(pair.id, pair.ending, pair.draw?.complexity ?? -1, pair.execution?.status?.rawValue ?? "-", pair.message ?? "")
    }
  }
}
