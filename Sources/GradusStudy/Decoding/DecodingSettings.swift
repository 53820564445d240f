// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusLearning
public import GradusNumerics

/// How a model's answers are drawn, and how many of them are voted on.
public struct DecodingSettings: Sendable, Codable, Hashable {
  public var sampler: TokenSampler
  /// Answers at most.
  public var votes: Int
  /// So many votes ahead of the next one an answer needs for the rest not to be drawn; 0: all are drawn.
  public var margin: Int

  public init(temperature: Double = 0.7, topP: Double = 0.95, votes: Int = 8, margin: Int = 0) {
    sampler = TokenSampler(temperature: temperature, topP: topP)
    self.votes = max(1, votes)
    self.margin = max(0, margin)
  }

  /// What is searched: temperature from 0.1 to 1.5, nucleus from 0.5 to 1, 1 to 16 votes, a margin of 0 to 4.
  public static var space: SearchSpace {
    get throws(SpaceError) {
      try SearchSpace([
        SpaceParameter("temperature", .float(low: 0.1, high: 1.5)),
        SpaceParameter("top-p", .float(low: 0.5, high: 1)),
        SpaceParameter("votes", .integer(low: 1, high: 16)),
        SpaceParameter("margin", .integer(low: 0, high: 4)),
      ])
    }
  }

  /// The settings at a point of the space.
  public init(_ point: Vector) {
    self.init(
      temperature: point[0], topP: point[1], votes: Int(point[2].rounded()), margin: Int(point[3].rounded()))
  }

  /// Their point of the space.
  public var point: Vector { [sampler.temperature, sampler.topP, Double(votes), Double(margin)] }

  /// The most frequent of these answers, of equals the one that was there first, and how many had to be drawn. At least one is there.
  public func vote<Answer: Hashable>(_ answers: [Answer]) -> (answer: Answer, drawn: Int) {
    precondition(!answers.isEmpty, "a vote among answers")
    var counts: [Answer: Int] = [:], order: [Answer] = [], drawn = 0
    func best() -> Answer { order.max { (counts[$0] ?? 0) < (counts[$1] ?? 0) } ?? answers[0] }
    for answer in answers.prefix(votes) {
      if counts[answer] == nil { order.append(answer) }
      counts[answer, default: 0] += 1
      drawn += 1
      guard margin > 0 else { continue }
      let ranked = counts.values.sorted(by: >)
      if ranked[0] - (ranked.count > 1 ? ranked[1] : 0) >= margin { break }
    }
    return (best(), drawn)
  }
}
