document.querySelectorAll('tr.cases').forEach(row => { row.hidden = true; });
document.querySelectorAll('button[aria-controls]').forEach(button => {
  button.setAttribute('aria-expanded', 'false');
  button.addEventListener('click', () => {
    const row = document.getElementById(button.getAttribute('aria-controls'));
    row.hidden = !row.hidden;
    button.setAttribute('aria-expanded', String(!row.hidden));
  });
});
