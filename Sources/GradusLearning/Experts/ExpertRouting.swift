// SPDX-License-Identifier: Apache-2.0

/// Which rows go to which experts: each to the `chosen` of largest probability, as far as an expert has room.
public struct ExpertRouting: Sendable, Hashable {
  /// Rows that each expert works on, ascending.
  public private(set) var rows: [[Int]]
  /// The share of all choices that fell on each expert, before room ran out.
  public private(set) var shares: [Double]
  /// Choices that found no room.
  public private(set) var dropped = 0
  /// The experts chosen by each row, room or not.
  public private(set) var choices: [[Int]] = []

  /// `probabilities`: one row of `experts` numbers an observation. `capacity`: rows an expert has room for; those first in
  /// line get it. Equal probabilities go to the expert of the smaller number. O(rows · experts · chosen).
  public init(probabilities: [Double], experts: Int, chosen: Int, capacity: Int = .max) {
    precondition(experts > 0 && (1...experts).contains(chosen), "\(chosen) of \(experts) experts are chosen")
    precondition(probabilities.count % experts == 0, "\(probabilities.count) probabilities of \(experts) experts")
    rows = [[Int]](repeating: [], count: experts)
    shares = [Double](repeating: 0, count: experts)
    let count = probabilities.count / experts
    for row in 0..<count {
      var taken: [Int] = []
      for _ in 0..<chosen {
        var best = -1
        for e in 0..<experts where !taken.contains(e) {
          if best < 0 || probabilities[row * experts + e] > probabilities[row * experts + best] { best = e }
        }
        taken.append(best)
        shares[best] += 1 / Double(count * chosen)
        if rows[best].count < capacity { rows[best].append(row) } else { dropped += 1 }
      }
      choices.append(taken)
    }
  }
}
