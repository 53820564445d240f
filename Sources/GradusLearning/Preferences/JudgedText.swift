// SPDX-License-Identifier: Apache-2.0
import GradusTensor

/// What a model wrote behind a prompt, and whether it was good.
public struct JudgedText: Sendable, Codable, Hashable {
  public var prompt: [Int32]
  public var answer: [Int32]
  public var isGood: Bool

  public init(prompt: [Int32], answer: [Int32], isGood: Bool) {
    self.prompt = prompt
    self.answer = answer
    self.isGood = isGood
  }
}

/// Texts of one length for a model, and where their answers stand.
struct AnswerRows {
  /// [texts, positions], without the last token; short texts are filled up behind with 0.
  let tokens: TensorIndices
  /// The token behind each position; 0 where it does not count.
  let next: TensorIndices
  /// 1 at positions whose next token belongs to the answer.
  let mask: [Double]

  init(_ texts: [(prompt: [Int32], answer: [Int32])]) {
    let length = texts.map { $0.prompt.count + $0.answer.count - 1 }.max() ?? 0
    var (tokens, next): ([Int32], [Int32]) = ([], [])
    var mask: [Double] = []
    for (prompt, answer) in texts {
      let text = prompt + answer
      for k in 0..<length {
        let counts = k + 1 >= prompt.count && k + 1 < text.count
        tokens.append(k + 1 < text.count ? text[k] : 0)
        next.append(counts ? text[k + 1] : 0)
        mask.append(counts ? 1 : 0)
      }
    }
    self.tokens = TensorIndices(tokens, [texts.count, length])
    self.next = TensorIndices(next, [texts.count * length])
    self.mask = mask
  }

  /// ln π(answer | prompt) of each text, from scores of all positions: the sum over the tokens of the answer.
  func logs(_ scores: TracedTensor) -> TracedTensor {
    let rows = tokens.shape[0], length = tokens.shape[1]
    let each = scores.logSoftmax().picked(next) * scores.tape.constant(Tensor(mask.map { Float($0) }, [rows * length]))
    return each.reshaped([rows, length]).sum(over: [1])
  }
}
