// SPDX-License-Identifier: Apache-2.0
internal import GradusNumerics

extension TapeWorkspace {
  /// Writes σ·∇²f + Σ yᵢ·∇²gᵢ at the point of the last `evaluate`, in the order of `program.pattern`.
  mutating func hessian(_ program: CurvatureProgram, objectiveWeight: Double, multipliers: [Double]) -> [Double] {
    differentiate()
    bend(program)
    spreadAdjoints(objectiveWeight, multipliers)
    if edges.count != program.edgeCount { edges = [Double](repeating: 0, count: program.edgeCount) }
    edges.withUnsafeMutableBufferPointer { edges in
      edges.update(repeating: 0)
      slopes.withUnsafeBufferPointer { slopes in
        curvatures.withUnsafeBufferPointer { curvatures in
          adjoints.withUnsafeBufferPointer { adjoints in
            program.steps.withUnsafeBufferPointer { steps in
              for step in steps {
                let target = Int(step.target)
                switch step.kind {
                case .create:
                  // A node nobody depends on here may bend infinitely.
                  let adjoint = adjoints[Int(step.source)]
                  if adjoint != 0 { edges[target] += adjoint * curvatures[Int(step.first)] }
                case .push: edges[target] += edges[Int(step.source)] * slopes[Int(step.first)]
                case .pushTwice: edges[target] += 2 * edges[Int(step.source)] * slopes[Int(step.first)]
                case .pushBoth:
                  edges[target] += edges[Int(step.source)] * slopes[Int(step.first)] * slopes[Int(step.second)]
                }
              }
            }
          }
        }
      }
    }
    adjoints.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    return program.sources.map { edges[Int($0)] }
  }

  /// (σ·∇²f + Σ yᵢ·∇²gᵢ)·d by a forward pass of tangents and a backward pass of adjoints and their tangents.
  ///
  /// Cost: about six evaluations, whatever the pattern; nothing of the Hessian is stored.
  mutating func hessianProduct(
    _ program: CurvatureProgram, objectiveWeight: Double, multipliers: [Double], along direction: [Double]
  ) -> [Double] {
    differentiate()
    bend(program)
    let graph = tape.graph
    let n = tape.program.variableCount
    forward(direction)
    var adjointTangents = [Double](repeating: 0, count: graph.count)
    seed(objectiveWeight, multipliers)
    var k = 0
    for i in stride(from: graph.count - 1, through: n, by: -1) {
      let isCurved = k < program.curved.count && Int(program.curved[k].node) == i
      let place = isCurved ? Int(program.curved[k].place) : 0
      if isCurved { k += 1 }
      let adjoint = adjoints[i]
      let adjointTangent = adjointTangents[i]
      if adjoint == 0 && adjointTangent == 0 { continue }
      let range = graph.range(of: Int32(i))
      for p in range {
        let child = Int(graph.arguments[p])
        adjoints[child] += adjoint * slopes[p]
        adjointTangents[child] += adjointTangent * slopes[p]
      }
      guard isCurved else { continue }
      let a = Int(graph.arguments[range.lowerBound])
      if range.count == 1 {
        adjointTangents[a] += adjoint * curvatures[place] * tangents[a]
      } else {
        let b = Int(graph.arguments[range.lowerBound + 1])
        adjointTangents[a] += adjoint * (curvatures[place] * tangents[a] + curvatures[place + 1] * tangents[b])
        adjointTangents[b] += adjoint * (curvatures[place + 1] * tangents[a] + curvatures[place + 2] * tangents[b])
      }
    }
    adjoints.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    return Array(adjointTangents[..<n])
  }

  /// The tangents of all nodes along a direction of the variables.
  mutating func forward(_ direction: [Double]) {
    differentiate()
    let graph = tape.graph
    let n = tape.program.variableCount
    if tangents.count != graph.count { tangents = [Double](repeating: 0, count: graph.count) }
    for j in 0..<n { tangents[j] = direction[j] }
    for i in n..<graph.count {
      var total = 0.0
      for p in graph.range(of: Int32(i)) {
        let t = tangents[Int(graph.arguments[p])]
        if t != 0 { total += slopes[p] * t }
      }
      tangents[i] = total
    }
  }

  private mutating func seed(_ objectiveWeight: Double, _ multipliers: [Double]) {
    adjoints.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    for (i, root) in tape.roots.enumerated() where root >= 0 {
      adjoints[Int(root)] += i < multipliers.count ? multipliers[i] : objectiveWeight
    }
  }

  private mutating func spreadAdjoints(_ objectiveWeight: Double, _ multipliers: [Double]) {
    seed(objectiveWeight, multipliers)
    let tape = tape
    let graph = tape.graph
    adjoints.withUnsafeMutableBufferPointer { adjoints in
      slopes.withUnsafeBufferPointer { slopes in
        graph.starts.withUnsafeBufferPointer { starts in
          graph.arguments.withUnsafeBufferPointer { arguments in
            for i in stride(from: graph.count - 1, through: tape.program.variableCount, by: -1) {
              let adjoint = adjoints[i]
              if adjoint == 0 { continue }
              for p in Int(starts[i])..<Int(starts[i + 1]) { adjoints[Int(arguments[p])] += adjoint * slopes[p] }
            }
          }
        }
      }
    }
  }

  /// Second derivatives of the curved nodes at the present point.
  private mutating func bend(_ program: CurvatureProgram) {
    if curvaturesAreCurrent { return }
    curvaturesAreCurrent = true
    if curvatures.count != program.curvatureCount {
      curvatures = [Double](repeating: 0, count: program.curvatureCount)
    }
    let graph = tape.graph
    for (node, place) in program.curved {
      let i = Int(node)
      let first = Int(graph.starts[i])
      let a = values[Int(graph.arguments[first])]
      let k = Int(place)
      if graph.starts[i + 1] - graph.starts[i] == 1 {
        curvatures[k] = graph.operations[i].curvature(a, values[i], slopes[first], number: graph.numbers[i])
      } else {
        let b = values[Int(graph.arguments[first + 1])]
        (curvatures[k], curvatures[k + 1], curvatures[k + 2]) = graph.operations[i].curvatures(a, b, values[i])
      }
    }
  }
}
