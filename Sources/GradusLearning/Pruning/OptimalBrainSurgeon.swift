// SPDX-License-Identifier: Apache-2.0
public import GradusFirstOrder
import GradusLinearAlgebra
public import GradusNumerics

/// Which weights of a trained model matter least, and what the others become without them, by a quadratic model of the loss.
///
///     F = λI + (1/m)·Σ gᵢgᵢᵀ,   gᵢ gradients of single observations at θ
///     ρᵢ = θᵢ²/(2·[F⁻¹]ᵢᵢ);  the weights Q with the smallest are set to zero
///     separate   δ = −Σ_Q F⁻¹eᵢ·θᵢ/[F⁻¹]ᵢᵢ                    the sum of what each weight alone would ask for
///     joint      δ_R = argmin ½δᵀFδ  with  δ_Q = −θ_Q         = G_Rᵀ(mλI + G_RG_Rᵀ)⁻¹G_Qθ_Q
///
/// Nothing of d × d is formed. Tensors with one axis (biases, gains) are never set to zero, but corrected.
///
/// Cost: 2m²d multiplications once; a pruning m²d and m³/6, with the separate correction 2md. Memory: 12·m·d bytes.
/// **Reference** B. Hassibi & D. Stork, *Optimal brain surgeon*, NIPS 1992; E. Frantar, E. Kurtic & D. Alistarh, *M-FAC*,
/// NeurIPS 2021, §4. The joint form is the constrained minimum itself, which m gradients make cheap.
public struct OptimalBrainSurgeon: Sendable {
  /// What happens to the weights that stay.
  public enum Correction: String, Sendable, Codable, Hashable, CaseIterable {
    case none, separate, joint
  }

  /// θ.
  public let parameters: Buffer<Float>
  /// λ.
  public let damping: Double
  /// Which numbers may be set to zero.
  public let isPrunable: [Bool]
  private let gradients: [Buffer<Float>]
  private let fisher: InverseFisher
  /// diag F⁻¹.
  private let diagonal: Vector

  /// From the gradients of single observations at θ; λ > 0, at least one gradient. Weights that are not in `isKept` stay as
  /// they are, and the model is one of the others.
  public init(
    _ parameters: Buffer<Float>, gradients: [Buffer<Float>], damping: Double, layout: Layout, isKept: [Bool]? = nil
  ) {
    precondition(!gradients.isEmpty, "a quadratic model of a loss needs gradients")
    precondition(
      parameters.count == layout.count && gradients.allSatisfy { $0.count == layout.count },
      "\(parameters.count) parameters for a layout of \(layout.count)")
    self.parameters = parameters
    self.damping = damping
    var gradients = gradients
    if let isKept {
      precondition(isKept.count == layout.count, "\(isKept.count) truths for a layout of \(layout.count)")
      for k in gradients.indices {
        for i in isKept.indices where !isKept[i] { gradients[k][i] = 0 }
      }
    }
    self.gradients = gradients
    fisher = InverseFisher(gradients.map { Vector($0.elements.map(Double.init)) }, damping: damping)
    diagonal = fisher.diagonal
    var isPrunable = [Bool](repeating: false, count: layout.count)
    for slot in layout.slots where slot.shape.count > 1 {
      for i in slot.range { isPrunable[i] = true }
    }
    self.isPrunable = isPrunable
  }

  /// From gradients of these observations, for targets that the model draws itself: then F is close to the Hessian also where
  /// the model is nearly always right. Without a stream, for those of the data.
  public init(
    _ loss: NetworkLoss<some Network>, at point: Buffer<Float>, fittedTo rows: [Int], damping: Double,
    drawing stream: RandomStream?, isKept: [Bool]? = nil, chunk: Int = 64
  ) throws {
    precondition(!rows.isEmpty && chunk > 0, "a quadratic model of a loss needs observations")
    var gradients: [Buffer<Float>] = []
    for (k, first) in stride(from: 0, to: rows.count, by: chunk).enumerated() {
      let part = Array(rows[first..<min(first + chunk, rows.count)])
      gradients += try loss.perExampleGradients(at: point, of: part, drawing: stream?.child("part", k))
    }
    self.init(point, gradients: gradients, damping: damping, layout: loss.model.layout, isKept: isKept)
  }

  /// Prunes in several rounds of equal size, without training between them: the quadratic model of each is that at the
  /// parameters as the round before left them, from the next observations of the list.
  ///
  /// Cost: one surgeon and one pruning a round.
  public static func pruned(
    _ loss: NetworkLoss<some Network>, at point: Buffer<Float>, to sparsity: Double, rounds: Int, fittedTo rows: [Int],
    damping: Double, drawing stream: RandomStream?
  ) throws -> PrunedParameters {
    precondition(rounds > 0 && rows.count >= rounds, "\(rows.count) observations for \(rounds) rounds")
    var result = PrunedParameters(point, layout: loss.model.layout)
    for round in 0..<rounds {
      let part = Array(rows[round * rows.count / rounds..<(round + 1) * rows.count / rounds])
      let surgeon = try OptimalBrainSurgeon(
        loss, at: result.parameters, fittedTo: part, damping: damping, drawing: stream?.child("round", round),
        isKept: result.isKept)
      result = try surgeon.pruned(to: sparsity * Double(round + 1) / Double(rounds))
    }
    return result
  }

  /// ρ of every parameter, those that are never pruned included.
  public var saliencies: Vector { fisher.saliency(Vector(parameters.elements.map(Double.init))) }

  /// Sets the share `sparsity` of the prunable weights with the smallest saliencies to zero, and corrects the others.
  ///
  /// Throws `notFinite` where a gradient is no number.
  public func pruned(to sparsity: Double, correcting correction: Correction = .joint) throws -> PrunedParameters {
    precondition((0...1).contains(sparsity), "a share of weights is a number from 0 to 1, not \(sparsity)")
    let pruned = PrunedParameters(parameters, smallest: saliencies, sparsity: sparsity, isPrunable: isPrunable)
    switch correction {
    case .none: return pruned
    case .separate:
      let target = Vector(
        parameters.elements.indices.map { pruned.isKept[$0] ? 0 : Double(parameters[$0]) / diagonal[$0] })
      let change = fisher.times(target)
      return pruned.changed { -change[$0] }
    case .joint:
      let weights = try jointWeights(pruned.isKept)
      var change = [Double](repeating: 0, count: parameters.count)
      for (g, weight) in zip(gradients, weights) {
        for i in change.indices { change[i] += weight * Double(g.elements[i]) }
      }
      return pruned.changed { change[$0] }
    }
  }

  /// (mλI + G_RG_Rᵀ)⁻¹G_Qθ_Q.
  private func jointWeights(_ isKept: [Bool]) throws -> [Double] {
    let m = gradients.count
    let (kept, others) = (isKept.indices.filter { isKept[$0] }, isKept.indices.filter { !isKept[$0] })
    let rows = gradients.map { g in kept.map { g.elements[$0] } }
    let right = gradients.map { g in
      others.reduce(0.0) { $0 + Double(g.elements[$1]) * Double(parameters[$1]) }
    }
    var gram = Matrix(rowCount: m, columnCount: m)
    for j in 0..<m {
      for i in 0...j {
        let product = rows[i].withUnsafeBufferPointer { x in
          rows[j].withUnsafeBufferPointer { y in
            guard let x = x.baseAddress, let y = y.baseAddress else { return 0.0 }
            return MatrixEngine.dot(x, y, kept.count)
          }
        }
        gram[i, j] = product
        gram[j, i] = product
      }
    }
    return try Cholesky(gram, shift: Double(m) * damping).solve(Vector(right)).elements
  }
}

/// A model without some of its weights.
public struct PrunedParameters: Sendable, Hashable {
  public private(set) var parameters: Buffer<Float>
  /// False where a weight was set to zero.
  public let isKept: [Bool]
  /// How many were.
  public var removed: Int { isKept.count { !$0 } }

  /// Nothing removed yet.
  init(_ parameters: Buffer<Float>, layout: Layout) {
    self.init(parameters, [Bool](repeating: true, count: layout.count))
  }

  /// The weights with the smallest scores at zero, the share `sparsity` of those that may be; of equal ones the first.
  public init(_ parameters: Buffer<Float>, smallest scores: Vector, sparsity: Double, isPrunable: [Bool]) {
    precondition(
      scores.count == parameters.count && isPrunable.count == parameters.count && (0...1).contains(sparsity),
      "\(scores.count) scores for \(parameters.count) parameters")
    let candidates = parameters.elements.indices.filter { isPrunable[$0] }
    let order = candidates.sorted { (scores[$0], $0) < (scores[$1], $1) }
    var isKept = [Bool](repeating: true, count: parameters.count)
    for i in order.prefix(Int((sparsity * Double(candidates.count)).rounded())) { isKept[i] = false }
    self.isKept = isKept
    self.parameters = Buffer(parameters.elements.indices.map { isKept[$0] ? parameters[$0] : 0 })
  }

  /// The smallest of all weights by their size set to zero, or of each tensor by itself.
  public static func byMagnitude(
    _ parameters: Buffer<Float>, to sparsity: Double, layout: Layout, eachTensor: Bool = false
  ) -> PrunedParameters {
    let scores = Vector(parameters.elements.map { Double(abs($0)) })
    let groups = layout.slots.filter { $0.shape.count > 1 }.map(\.range)
    func without(_ ranges: [Range<Int>], _ old: Buffer<Float>) -> PrunedParameters {
      var isPrunable = [Bool](repeating: false, count: old.count)
      for range in ranges {
        for i in range { isPrunable[i] = true }
      }
      return PrunedParameters(old, smallest: scores, sparsity: sparsity, isPrunable: isPrunable)
    }
    guard eachTensor else { return without(groups, parameters) }
    var isKept = [Bool](repeating: true, count: parameters.count)
    for range in groups {
      let part = without([range], parameters)
      for i in range { isKept[i] = part.isKept[i] }
    }
    return PrunedParameters(parameters, isKept)
  }

  private init(_ parameters: Buffer<Float>, _ isKept: [Bool]) {
    self.isKept = isKept
    self.parameters = Buffer(parameters.elements.indices.map { isKept[$0] ? parameters[$0] : 0 })
  }

  /// What is kept, changed by so much.
  func changed(_ change: (Int) -> Double) -> PrunedParameters {
    var copy = self
    for i in parameters.elements.indices where isKept[i] {
      copy.parameters[i] = Float(Double(parameters[i]) + change(i))
    }
    return copy
  }
}
