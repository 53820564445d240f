// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// In-order delivery gives the same state for every number of questions in flight.
public struct SameStateForEveryWidth: Law {
  public let name = "width"
  public let sentence = "told in order, answers lead to the same state however many questions were in flight"
  public let presupposes = ["same seed"]

  public init() {}

  /// Runs 61 answers with 1, 2, 3 and 16 in flight, answered in shuffled order.
  public func check<M: Catalogued>(_ bench: Bench<M>) async throws -> Finding {
    if M.card.dependsOnWidth { return .notApplicable("the card says that questions depend on the width") }
    var violations: [String] = []
    let situations = bench.some(4)
    for situation in situations {
      var narrow: Image?
      for width in [1, 2, 3, 16] {
        let run = try situation.run(listener: Listener(shuffling: true))
        _ = try await run.finish(until: .answers(61), width: width)
        let image = try Image(run.state)
        if let narrow, narrow != image {
          violations.append("on \(situation.name) width \(width) leads to another state than width 1")
        }
        if narrow == nil { narrow = image }
      }
    }
    return Finding(violations, tried: 4 * situations.count)
  }
}
