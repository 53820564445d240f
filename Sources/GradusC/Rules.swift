// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusAskTell
import GradusHeader
import Synchronization

/// As `gradus.h` says.
@c
@implementation
public func gradus_rule_start(
  _ text: UnsafePointer<CChar>?, _ length: Int64, _ rule: UnsafeMutablePointer<OpaquePointer?>?,
  _ message: UnsafeMutablePointer<CChar>?, _ capacity: Int64
) -> Int32 {
  answering(message, capacity) {
    guard let rule else { throw AskTellError(.badRequest, "there is no place for the handle of the rule") }
    rule.pointee = RuleHandle(try RuleStepper.open(try description(text, length))).pointer
    return GRADUS_OK
  }
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_rule_restore(
  _ bytes: UnsafePointer<UInt8>?, _ length: Int64, _ rule: UnsafeMutablePointer<OpaquePointer?>?,
  _ message: UnsafeMutablePointer<CChar>?, _ capacity: Int64
) -> Int32 {
  answering(message, capacity) {
    guard let rule else { throw AskTellError(.badRequest, "there is no place for the handle of the rule") }
    let count = try size(length, 1, "length")
    guard let bytes else { throw AskTellError(.badRequest, "the memory of the rule is NULL") }
    let saved = [UInt8](UnsafeBufferPointer(start: bytes, count: count))
    rule.pointee = RuleHandle(try RuleStepper.restore(saved)).pointer
    return GRADUS_OK
  }
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_rule_describe(_ rule: OpaquePointer?, _ facts: UnsafeMutablePointer<gradus_rule_facts>?) -> Int32 {
  answering(nil, 0) {
    let known = try RuleHandle.of(rule).facts
    guard let facts else { return GRADUS_BAD_REQUEST }
    facts.pointee = gradus_rule_facts(
      tensors: Int64(known.counts.count), numbers: Int64(known.counts.reduce(0, +)), rate: known.rate,
      bytes_per_number: known.bytesPerNumber, needs_loss: known.needsLoss ? 1 : 0,
      is_anywhere: known.treatsTensorsAlone ? 1 : 0)
    return GRADUS_OK
  }
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_rule_step(
  _ rule: OpaquePointer?, _ parameters: UnsafePointer<UnsafeMutablePointer<Float>?>?,
  _ gradients: UnsafePointer<UnsafePointer<Float>?>?, _ factor: Double, _ loss: Double, _ flags: Int32,
  _ message: UnsafeMutablePointer<CChar>?, _ capacity: Int64
) -> Int32 {
  answering(message, capacity) {
    let handle = try RuleHandle.of(rule)
    guard let parameters, let gradients else {
      throw AskTellError(.badRequest, "a step needs the addresses of parameters and gradients")
    }
    // Only addresses cross into the lock; the tensors are the caller's until the call returns.
    var tensors = RuleTensors(
      parameters: handle.facts.counts.indices.map { UInt(bitPattern: parameters[$0]) },
      gradients: handle.facts.counts.indices.map { UInt(bitPattern: gradients[$0]) })
    tensors.rateFactor = factor
    tensors.loss = loss.isNaN ? nil : loss
    tensors.areChecked = flags & GRADUS_CHECKED != 0
    let step = tensors
    try handle.rule.withLock { try $0.step(step) }
    return GRADUS_OK
  }
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_rule_average(
  _ rule: OpaquePointer?, _ parameters: UnsafePointer<UnsafePointer<Float>?>?,
  _ averages: UnsafePointer<UnsafeMutablePointer<Float>?>?, _ message: UnsafeMutablePointer<CChar>?,
  _ capacity: Int64
) -> Int32 {
  answering(message, capacity) {
    let handle = try RuleHandle.of(rule)
    guard let parameters, let averages else {
      throw AskTellError(.badRequest, "an average needs the addresses of parameters and of the place for it")
    }
    let sources = handle.facts.counts.indices.map { UInt(bitPattern: parameters[$0]) }
    let targets = handle.facts.counts.indices.map { UInt(bitPattern: averages[$0]) }
    let isDifferent = try handle.rule.withLock { try $0.average(sources, into: targets) }
    return isDifferent ? GRADUS_OK : GRADUS_NONE
  }
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_rule_save(
  _ rule: OpaquePointer?, _ bytes: UnsafeMutablePointer<UInt8>?, _ capacity: Int64,
  _ message: UnsafeMutablePointer<CChar>?, _ room: Int64
) -> Int64 {
  var length: Int64 = 0
  let status = answering(message, room) {
    let saved = try RuleHandle.of(rule).rule.withLock { try $0.saved() }
    length = Int64(saved.count)
    guard let bytes, capacity > 0 else { return GRADUS_OK }
    saved.withUnsafeBufferPointer { saved in
      if let start = saved.baseAddress { bytes.update(from: start, count: min(saved.count, Int(clamping: capacity))) }
    }
    return GRADUS_OK
  }
  return status < 0 ? Int64(status) : length
}

/// As `gradus.h` says.
@c
@implementation
public func gradus_rule_end(_ rule: OpaquePointer?) { RuleHandle.release(rule) }
