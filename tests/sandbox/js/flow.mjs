// The flow of a web3.js application against the node at argv[2], buying a token at argv[3].
// Throws at the first thing that does not hold.
import assert from 'node:assert/strict'
import {
  Connection, Keypair, PublicKey, SystemProgram, Transaction,
  TransactionMessage, VersionedTransaction, sendAndConfirmTransaction, SendTransactionError,
} from '@solana/web3.js'

const [url, jupiter, mint] = process.argv.slice(2)
const SOL = 1_000_000_000
const connection = new Connection(url, 'confirmed')
const payer = Keypair.generate()
const to = Keypair.generate().publicKey

const slots = []
const slotListener = connection.onSlotChange((news) => slots.push(news.slot))
const changes = []
const accountListener = connection.onAccountChange(to, (account) => changes.push(account.lamports))

const airdrop = await connection.requestAirdrop(payer.publicKey, 2 * SOL)
const latest = await connection.getLatestBlockhash()
const confirmed = await connection.confirmTransaction({ signature: airdrop, ...latest })
assert.equal(confirmed.value.err, null)
assert.equal(await connection.getBalance(payer.publicKey), 2 * SOL)

const pay = (lamports) => new Transaction().add(
  SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports }))
const signature = await sendAndConfirmTransaction(connection, pay(SOL / 4), [payer])
const landed = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 })
assert.equal(landed.meta.fee, 5000)
assert.equal(landed.meta.postBalances[0], 2 * SOL - SOL / 4 - 5000)
const parsed = await connection.getParsedTransaction(signature)
assert.equal(parsed.transaction.message.accountKeys[0].signer, true)
const listed = await connection.getSignaturesForAddress(to)
assert.deepEqual(listed.map((item) => item.signature), [signature])

await assert.rejects(
  sendAndConfirmTransaction(connection, pay(9 * SOL), [payer]),
  (error) => error instanceof SendTransactionError
    && error.logs.some((line) => line.includes('insufficient lamports')))

const query = new URLSearchParams({
  inputMint: 'So11111111111111111111111111111111111111112', outputMint: mint,
  amount: String(SOL / 2), taker: payer.publicKey.toBase58(),
})
const order = await (await fetch(`${jupiter}/order?${query}`)).json()
const swap = VersionedTransaction.deserialize(Buffer.from(order.transaction, 'base64'))
const simulated = await connection.simulateTransaction(swap, { sigVerify: false })
assert.equal(simulated.value.err, null)
swap.sign([payer])
const bought = await connection.sendTransaction(swap)
const swapped = await connection.confirmTransaction({
  signature: bought, blockhash: swap.message.recentBlockhash,
  lastValidBlockHeight: Number(order.lastValidBlockHeight),
})
assert.equal(swapped.value.err, null)
const held = await connection.getParsedTokenAccountsByOwner(payer.publicKey, { mint: new PublicKey(mint) })
assert.equal(held.value[0].account.data.parsed.info.tokenAmount.amount, order.outAmount)
const supply = await connection.getTokenSupply(new PublicKey(mint))
assert.ok(BigInt(supply.value.amount) > 0n)
const info = await connection.getAccountInfo(payer.publicKey)
assert.equal(info.owner.toBase58(), SystemProgram.programId.toBase58())
const fees = await connection.getRecentPrioritizationFees()
assert.ok(fees.some((fee) => fee.prioritizationFee > 0))
const fee = await connection.getFeeForMessage(new TransactionMessage({
  payerKey: payer.publicKey, instructions: [],
  recentBlockhash: (await connection.getLatestBlockhash()).blockhash,
}).compileToV0Message())
assert.equal(fee.value, 5000)

assert.ok(slots.length > 0)
assert.deepEqual(changes, [SOL / 4])
await connection.removeSlotChangeListener(slotListener)
await connection.removeAccountChangeListener(accountListener)
console.log('ok')
process.exit(0)
