// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Sequences whose second part follows from the first: what a recurrent network or a transformer has to carry over.
///
/// Copy and reverse: `length` random symbols, a separator, and then the symbols again, forwards or backwards. The model
/// sees 2·length tokens and is asked for the last `length` of the next ones; positions before do not count. Addition: a, b,
/// "=", and asked for (a + b) mod m at the last position, the others not counting.
///
/// A solved task has loss 0. A transformer of two layers and width 32 copies 8 symbols out of 8 without error after about
/// 600 batches of 32. Sums modulo a prime are first learned by heart and much later by rule; shown a half of the pairs, the
/// others are a test of generalization ("grokking", A. Power et al., arXiv:2201.02177).
public enum SequenceTask: Sendable, Hashable {
  case copy(length: Int, symbols: Int)
  case reverse(length: Int, symbols: Int)
  case addition(modulus: Int)

  /// Different tokens: the symbols or numbers, and one separator.
  public var vocabulary: Int {
    switch self {
    case .copy(_, let symbols), .reverse(_, let symbols): symbols + 1
    case .addition(let modulus): modulus + 1
    }
  }

  /// Tokens that the model sees.
  public var context: Int {
    switch self {
    case .copy(let length, _), .reverse(let length, _): 2 * length
    case .addition: 3
    }
  }

  /// `count` sequences from number `first` on. Of sums these are the pairs in a random order that the stream alone decides,
  /// `count` + `first` at most m²: pairs of different numbers are different.
  public func data(_ count: Int, from first: Int = 0, stream: RandomStream) throws(LearningDataError) -> LearningData {
    var (tokens, labels): ([Int32], [Int32]) = ([], [])
    switch self {
    case .copy(let length, let symbols), .reverse(let length, let symbols):
      guard length > 0, symbols > 0 else {
        throw LearningDataError("\(length) of \(symbols) symbols", "at least one of each")
      }
      for i in first..<first + count {
        var draw = stream.child("sequence", i)
        let word = (0..<length).map { _ in Int32(draw.integer(below: symbols)) }
        let answer: [Int32] = if case .reverse = self { word.reversed() } else { word }
        tokens += word + [Int32(symbols)] + answer.dropLast()
        labels += [Int32](repeating: -1, count: length) + answer
      }
    case .addition(let modulus):
      guard modulus > 1, first >= 0, first + count <= modulus * modulus else {
        throw LearningDataError(
          "pairs \(first) to \(first + count - 1) of numbers below \(modulus)", "at most \(modulus * modulus) pairs")
      }
      var draw = stream.child("pairs")
      for pair in draw.permutation(modulus * modulus)[first..<first + count] {
        let (a, b) = (pair / modulus, pair % modulus)
        tokens += [Int32(a), Int32(b), Int32(modulus)]
        labels += [-1, -1, Int32((a + b) % modulus)]
      }
    }
    return try LearningData(
      sequences: tokens, length: context, vocabulary: vocabulary, labels: labels, classCount: vocabulary)
  }
}
