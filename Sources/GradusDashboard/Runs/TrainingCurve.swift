// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusCore

/// The log of `gradus train --log`: a line a step, `step,loss,rate,gradientNorm,heldOut`.
enum TrainingCurve {
  struct Entry: Sendable {
    var step: Int
    var loss: Double
    var rate: Double
    var norm: Double
    var heldOut: Double?
  }

  /// Its complete lines. Throws `FileFailure` where it is another table.
  static func entries(_ bytes: [UInt8], of path: String) throws(FileFailure) -> [Entry] {
    var lines = bytes.split(separator: 0x0A)
    if bytes.last != 0x0A, !lines.isEmpty { lines.removeLast() }
    guard let head = lines.first, String(decoding: head, as: UTF8.self) == "step,loss,rate,gradientNorm,heldOut" else {
      throw FileFailure(path: path, action: "read", cause: "it is no log of a training")
    }
    return lines.dropFirst().compactMap { line in
      let fields = String(decoding: line, as: UTF8.self).split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count == 5, let step = Int(fields[0]), let loss = Double(fields[1]), let rate = Double(fields[2]),
        let norm = Double(fields[3])
      else { return nil }
      return Entry(step: step, loss: loss, rate: rate, norm: norm, heldOut: Double(fields[4]))
    }
  }

  /// The loss over the steps, of long trainings as means over pieces, and the held-out loss as points on a line.
  static func picture(_ entries: [Entry], title: String) -> String {
    let stride = max(1, entries.count / 600)
    var samples: [History.Sample] = []
    var start = 0
    while start < entries.count {
      let part = entries[start..<min(entries.count, start + stride)]
      let losses = part.map(\.loss).filter(\.isFinite)
      if let last = part.last, !losses.isEmpty {
        let mean = losses.reduce(0, +) / Double(losses.count)
        samples.append(History.Sample(seconds: 0, answers: last.step, value: mean))
      }
      start += stride
    }
    let heldOut = entries.compactMap { entry in entry.heldOut.map { (x: Double(entry.step), y: $0) } }
    let last = entries.last.map { "step \(Numbers.count($0.step)), loss \(Numbers.short($0.loss))" } ?? "no step yet"
    return ConvergencePlot(
      title: title, subtitle: last, samples: samples, quantity: "loss",
      marks: heldOut.isEmpty ? nil : .init(name: "held-out loss", style: "bound", points: heldOut)
    ).svg
  }
}
