//! Fused multiplication and addition, of the proposal *relaxed SIMD*: a b × c + is rounded once and takes one instruction where it took
//! two. Not done by the compiler (macerator, which Burn computes with, does not compile with `+relaxed-simd`), but in what it made.

use walrus::ir::{
    BinaryOp, Binop, Instr, InstrLocId, InstrSeq, InstrSeqId, LocalGet, LocalSet, TernOp, TernaryOp, Visitor,
    dfs_in_order,
};
use walrus::{LocalFunction, LocalId, Module, ValType};

type Instrs = Vec<(Instr, InstrLocId)>;

/// Fuses every pair of four products and four sums of floats in `module`; how many there were.
pub fn fuse(module: &mut Module) -> usize {
    let spare = [(); 3].map(|()| module.locals.add(ValType::V128));
    let mut count = 0;
    for (_, function) in module.funcs.iter_local_mut() {
        for id in sequences(function) {
            let instrs = &mut function.block_mut(id).instrs;
            let mut at = 0;
            while at + 1 < instrs.len() {
                if let Some((length, fused)) = fused(&instrs[at..], spare) {
                    let made = fused.len();
                    instrs.splice(at..at + length, fused);
                    count += 1;
                    at += made;
                } else {
                    at += 1;
                }
            }
        }
    }
    count
}

fn sequences(function: &LocalFunction) -> Vec<InstrSeqId> {
    struct Ids(Vec<InstrSeqId>);
    impl<'i> Visitor<'i> for Ids {
        fn start_instr_seq(&mut self, sequence: &'i InstrSeq) {
            self.0.push(sequence.id());
        }
    }
    let mut ids = Ids(Vec::new());
    dfs_in_order(&mut ids, function, function.entry_block());
    ids.0
}

/// How many instructions at the beginning of `instrs` are a product that is added to something, and what stands for them.
fn fused(instrs: &[(Instr, InstrLocId)], [a, b, c]: [LocalId; 3]) -> Option<(usize, Instrs)> {
    let is_product =
        |at: usize| matches!(instrs.get(at), Some((Instr::Binop(Binop { op: BinaryOp::F32x4Mul }), _)));
    let is_sum =
        |at: usize| matches!(instrs.get(at), Some((Instr::Binop(Binop { op: BinaryOp::F32x4Add }), _)));
    if !is_product(0) {
        return None;
    }
    let place = instrs[0].1;
    let madd = Instr::TernOp(TernOp { op: TernaryOp::F32x4RelaxedMadd });
    if is_sum(1) {
        // The sum so far lies below both factors, and is to lie above them.
        let mut moved: Vec<Instr> = [b, a, c].map(|local| LocalSet { local }.into()).into();
        moved.extend([a, b, c].map(|local| Instr::from(LocalGet { local })));
        moved.push(madd);
        return Some((2, moved.into_iter().map(|instr| (instr, place)).collect()));
    }
    // What it is added to comes after it.
    let pushed = match (&instrs.get(1)?.0, &instrs.get(2)?.0) {
        (Instr::LocalGet(_) | Instr::Const(_), Instr::Binop(_)) => 1,
        (Instr::LocalGet(_), Instr::Load(_)) => 2,
        _ => return None,
    };
    if !is_sum(1 + pushed) {
        return None;
    }
    let mut kept = instrs[1..=pushed].to_vec();
    kept.push((madd, place));
    Some((2 + pushed, kept))
}
