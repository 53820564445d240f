// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import GradusTensor

/// A transformer whose scores behind a text say nothing but formulations: what the grammar forbids scores 30 less.
///
/// Without this, answers that are learned to be bad lose their share to tokens that are never written, and what is written stays.
struct GrammarTransformer: Network {
  let base: TextTransformer

  var tensors: [ModelTensor] { base.tensors }

  func scores(_ batch: Batch, _ parameters: ModelParameters) -> TracedTensor {
    let scores = base.scores(batch, parameters)
    guard let tokens = batch.tokens else { return scores }
    let (length, width) = (tokens.shape[1], base.vocabulary)
    var mask = [Float](repeating: 0, count: tokens.values.count * width)
    for start in stride(from: 0, to: tokens.values.count, by: length) {
      let text = tokens.values[start..<start + length]
      guard let ask = text.firstIndex(of: TokenProblem.Token.ask.rawValue) else { continue }
      for place in ask..<text.endIndex {
        let allowed = TokenProblem.following(Array(text[(ask + 1)..<(place + 1)]))
        if allowed.isEmpty { break }
        for token in 0..<width { mask[place * width + token] = -30 }
        for token in allowed { mask[place * width + Int(token)] = 0 }
      }
    }
    return scores + scores.tape.constant(Tensor(mask, [tokens.values.count, width]))
  }

  func reader(context: Int, parameters: Buffer<Float>) -> any TextReader {
    base.reader(context: context, parameters: parameters)
  }
}
