// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Running sums modulo m, one token each, as somebody writes them who errs:
///
///     prompt x₁ … xₙ, a separator;   answer s₁ = x₁,  sₖ = sₖ₋₁ + xₖ mod m
///     observed: sₖ is wrong with probability `noise`, any other number alike; a share `hard` of all (sₖ₋₁, xₖ) has besides one wrong
///     number that is written with probability `habit`. Later sums go on from what was written.
///
/// A model that has learned from such chains is as unsure as they are: of its answers the most frequent is better than one, except where
/// a habit is stronger than what is right.
public struct ChainSumTask: Sendable, Hashable {
  public let length: Int
  public let modulus: Int
  public let noise: Double
  public let habit: Double
  /// By m·sₖ₋₁ + xₖ: the wrong number that is a habit; −1: none.
  public let habits: [Int]

  /// Which sums have habits is drawn from the stream.
  public init(
    length: Int = 6, modulus: Int = 10, noise: Double = 0.1, hard: Double = 0.15, habit: Double = 0.4,
    stream: RandomStream
  ) {
    precondition(length > 0 && modulus > 1, "a chain of sums modulo at least 2")
    precondition(noise >= 0 && habit >= 0 && noise + habit <= 1 && (0...1).contains(hard), "shares and probabilities")
    self.length = length
    self.modulus = modulus
    self.noise = noise
    self.habit = habit
    var draw = stream.child("habits")
    let contexts = modulus * modulus
    var habits = [Int](repeating: -1, count: contexts)
    for context in draw.permutation(contexts).prefix(Int((hard * Double(contexts)).rounded())) {
      let right = (context / modulus + context % modulus) % modulus
      habits[context] = (right + 1 + draw.integer(below: modulus - 1)) % modulus
    }
    self.habits = habits
  }

  /// Numbers and the separator.
  public var vocabulary: Int { modulus + 1 }
  /// Tokens that the model sees: all but the last sum.
  public var context: Int { 2 * length }

  /// The numbers of one item, without the separator.
  public func numbers(_ item: Int, stream: RandomStream) -> [Int32] {
    var draw = stream.child("item", item)
    return (0..<length).map { _ in Int32(draw.integer(below: modulus)) }
  }

  /// What the model is shown before it answers.
  public func prompt(_ numbers: [Int32]) -> [Int32] { numbers + [Int32(modulus)] }

  /// The right sums.
  public func sums(_ numbers: [Int32]) -> [Int32] {
    var sum = 0
    return numbers.map { number in
      sum = (sum + Int(number)) % modulus
      return Int32(sum)
    }
  }

  /// `count` chains as they are observed, from number `first` on.
  public func data(_ count: Int, from first: Int = 0, stream: RandomStream) throws(LearningDataError) -> LearningData {
    var (tokens, labels): ([Int32], [Int32]) = ([], [])
    for item in first..<first + count {
      let numbers = numbers(item, stream: stream)
      var draw = stream.child("errors", item)
      var written: [Int32] = []
      for number in numbers {
        written.append(Int32(write(after: Int(written.last ?? 0), Int(number), &draw)))
      }
      tokens += prompt(numbers) + written.dropLast()
      labels += [Int32](repeating: -1, count: length) + written
    }
    return try LearningData(
      sequences: tokens, length: context, vocabulary: vocabulary, labels: labels, classCount: vocabulary)
  }

  private func write(after sum: Int, _ number: Int, _ draw: inout RandomStream) -> Int {
    let right = (sum + number) % modulus
    let chance = draw.uniform()
    if chance < noise { return (right + 1 + draw.integer(below: modulus - 1)) % modulus }
    let wrong = habits[sum * modulus + number]
    return wrong >= 0 && chance < noise + habit ? wrong : right
  }
}
